import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createApp } from "../../src/index.js";
import { projectOf, runCommand } from "./run-command.js";

const files = {
  "config/config.yaml":
    "auth: { api_keys: { file: data/api-keys.yaml } }\nadmin: false\nlogging: { level: silent }\n",
  "config/domains/shop.yaml":
    "endpoints: { me: { auth: api_key, roles: [analyst], response_mapping: $auth.subject } }\n",
};
const stored = (folder: string) => readFileSync(join(folder, "data/api-keys.yaml"), "utf8");

test("a key is shown once, works, is listed without itself, and works no more once revoked", async () => {
  const folder = projectOf(files);
  const made = await runCommand(
    folder,
    "keys",
    "create",
    "partner",
    "--role",
    "analyst",
    "--scope",
    "read",
    "write",
  );
  const key = made.stdout.trim();
  expect(made.code).toBe(0);
  expect(key).toMatch(/^oak_[\w-]{43}$/);
  expect(made.stderr).toContain("This is the only time that the key is shown");
  expect(stored(folder)).not.toContain(key.slice(4));
  expect(statSync(join(folder, "data/api-keys.yaml")).mode & 0o777).toBe(0o600);

  const app = await createApp({ workingFolder: folder });
  const ask = async () => {
    const reply = await app.inject({ url: "/orchestrator/shop/me", headers: { "x-api-key": key } });
    return reply.statusCode;
  };
  expect(await ask()).toBe(200);

  const listed = await runCommand(folder, "keys", "list");
  expect(listed.stdout).toMatch(/^NAME +ROLES +SCOPES +CREATED\npartner +analyst +read, write +\d{4}-/);
  expect(listed.stdout + listed.stderr).not.toContain(key);
  const json = JSON.parse((await runCommand(folder, "keys", "list", "--json")).stdout) as unknown;
  expect(json).toMatchObject([{ name: "partner", roles: ["analyst"], scopes: ["read", "write"] }]);

  expect(await runCommand(folder, "keys", "revoke", "partner")).toMatchObject({
    code: 0,
    stdout: 'Revoked "partner".\n',
  });
  expect(await ask()).toBe(200);
  expect((await app.reload()).status).toBe("reloaded");
  expect(await ask()).toBe(401);
  await app.close();
});

test("two keys differ, and what else stands in the file stays", async () => {
  const folder = projectOf(files);
  const first = await runCommand(folder, "keys", "create", "one", "--json");
  const text = stored(folder).replace("  - name: one", "  # For the shop.\n  - name: one");
  writeFileSync(join(folder, "data/api-keys.yaml"), text);
  const second = await runCommand(folder, "keys", "create", "two", "--json");
  const keyOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { key: string }).key;
  expect(keyOf(first)).not.toBe(keyOf(second));
  expect(stored(folder)).toContain("# For the shop.");
  expect(await runCommand(folder, "check")).toMatchObject({ code: 0 });
});

test("a project with errors elsewhere can have its keys revoked", async () => {
  const folder = projectOf(files);
  await runCommand(folder, "keys", "create", "partner");
  writeFileSync(join(folder, "config/domains/shop.yaml"), "endpoints: { me: { nothing: 1 } }\n");
  expect((await runCommand(folder, "keys", "revoke", "partner")).code).toBe(0);
});

test.each([
  [["create", "partner"], 2, "API_KEY_TAKEN"],
  [["create", "no name"], 2, "COMMAND_USAGE"],
  [["revoke", "nobody"], 2, "API_KEY_UNKNOWN"],
])("keys %s is wrong usage", async (args, code, problem) => {
  const folder = projectOf(files);
  await runCommand(folder, "keys", "create", "partner");
  const before = stored(folder);
  const ran = await runCommand(folder, "keys", ...args);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toContain(problem);
  expect(stored(folder)).toBe(before);
});

test("without `auth.api_keys`, without a project, and with a broken file it says what to do", async () => {
  const off = projectOf({ ...files, "config/config.yaml": "admin: false\n", "config/domains/shop.yaml": "" });
  const without = await runCommand(off, "keys", "list");
  expect(without).toMatchObject({ code: 1 });
  expect(without.stderr).toContain("API_KEYS_OFF");
  expect((await runCommand(projectOf({}), "keys", "list")).stderr).toContain("FILE_CONFIG_FOLDER_MISSING");
  for (const text of ["keys: {", "keys: 7\n", "- a\n", "keys: [{ sha256: a }]\n"]) {
    const broken = projectOf({ ...files, "data/api-keys.yaml": text });
    expect((await runCommand(broken, "keys", "create", "partner")).stderr).toContain("API_KEYS_UNREADABLE");
    expect(stored(broken)).toBe(text);
  }
});
