import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packArchive, unpackArchive } from "../../../src/cli/backup/tar-archive.js";
import { temporaryFolder } from "../run-command.js";

const files = [
  { path: "config/config.yaml", content: Buffer.from("app: {}\n") },
  { path: "config/empty.yaml", content: Buffer.alloc(0) },
  { path: "config/domains/größe.yaml", content: Buffer.from("ü".repeat(300)) },
  { path: `config/domains/${"a".repeat(90)}/${"b".repeat(95)}.yaml`, content: Buffer.alloc(512, 1) },
];

test("what is packed is unpacked, byte by byte", () => {
  const unpacked = unpackArchive(packArchive(files, 0));
  expect(unpacked.map(({ path, content }) => ({ path, content: Buffer.from(content) }))).toEqual(files);
});

test("the system's tar reads it", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.tar"), packArchive(files, Date.UTC(2026, 0, 31)));
  const { stdout, status } = spawnSync("tar", ["-xOf", "a.tar", "config/config.yaml"], { cwd: folder });
  if (status === null) return;
  expect(stdout.toString()).toBe("app: {}\n");
  const list = spawnSync("tar", ["-tf", "a.tar", "--quoting-style=literal"], {
    cwd: folder,
  }).stdout.toString();
  expect(list.trim().split("\n")).toHaveLength(4);
});

test("a path that fits nowhere is refused", () => {
  expect(() => packArchive([{ path: "x".repeat(300), content: Buffer.alloc(0) }], 0)).toThrow("is too long");
});

test.each([
  ["cut off in a file", (archive: Buffer) => archive.subarray(0, 700), "in the middle of a file"],
  ["without its end", (archive: Buffer) => archive.subarray(0, 1024), "its end is missing"],
  ["with a flipped bit", (archive: Buffer) => ((archive[3]! ^= 1), archive), "it is damaged"],
  ["that is none", () => Buffer.alloc(2048, 7), "no tar archive"],
])("an archive %s is refused", (_title, change, reason) => {
  const archive = change(packArchive([{ path: "config/a.yaml", content: Buffer.alloc(300, 1) }], 0));
  expect(() => unpackArchive(archive)).toThrow(reason);
});
