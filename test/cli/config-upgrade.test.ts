import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectOf, runCommand } from "./run-command.js";

const database = `database: # where things are
  sources:
    default: { connection_string: "sqlite+aiosqlite:///data/a.db" } # kept
    other:
      connection_string: sqlite+pysqlite:///data/b.db
`;
const upgraded = `database: # where things are
  sources:
    default: { connection_string: "sqlite:///data/a.db" } # kept
    other:
      connection_string: sqlite:///data/b.db
`;
const places = [
  "config/database.yaml:3:36 sqlite+aiosqlite → sqlite",
  "config/database.yaml:5:26 sqlite+pysqlite → sqlite",
];

test("config upgrade rewrites old spellings in place and leaves the rest alone", async () => {
  const folder = projectOf({ "config/database.yaml": database });
  const first = await runCommand(folder, "config", "upgrade");
  expect(first).toMatchObject({ code: 0, stderr: "2 rewritten.\n" });
  expect(first.stdout.trim().split("\n")).toEqual(places);
  expect(readFileSync(join(folder, "config/database.yaml"), "utf8")).toBe(upgraded);
  const second = await runCommand(folder, "config", "upgrade");
  expect(second).toMatchObject({ code: 0, stdout: "", stderr: "Every spelling is current.\n" });
});

test("--dry-run prints the places and writes nothing; --json prints them as JSON", async () => {
  const folder = projectOf({ "config/database.yaml": database });
  const { stdout, stderr } = await runCommand(folder, "config", "upgrade", "--dry-run", "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ written: "sqlite+aiosqlite", instead: "sqlite" }, {}]);
  expect(stderr).toBe("2 would be rewritten.\n");
  expect(readFileSync(join(folder, "config/database.yaml"), "utf8")).toBe(database);
});
