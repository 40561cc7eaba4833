import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import { manifestOf } from "../../../src/cli/backup/manifest.js";
import { packArchive, unpackArchive, type ArchiveFile } from "../../../src/cli/backup/tar-archive.js";
import { runCommandLine } from "../../../src/cli/program.js";
import { projectOf, runCommand, temporaryFolder } from "../run-command.js";

const project = {
  "config/config.yaml": "app:\n  name: Shop\n",
  "config/domains/orders.yaml": "description: Orders\n",
  "config/.env": "DB_PASSWORD=marked\n",
  "config/certs/tls.key": "marked\n",
  "config/certs/tls.crt": "certificate\n",
  "config/certs/hidden.txt": "-----BEGIN PRIVATE KEY-----\nmarked\n",
  ".env": "DB_PASSWORD=marked\n",
};

async function backUp(folder: string): Promise<string> {
  const { code, stdout } = await runCommand(folder, "config", "backup");
  expect(code).toBe(0);
  return stdout.trim();
}

const readConfig = (folder: string) => readFileSync(join(folder, "config/config.yaml"), "utf8");

test("backup writes an archive named by the time, without .env files and keys", async () => {
  const folder = projectOf(project);
  const { stdout, stderr } = await runCommand(folder, "config", "backup");
  expect(stdout).toMatch(/^backups\/config-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tar\.gz\n$/);
  const archive = gunzipSync(readFileSync(join(folder, stdout.trim())));
  expect(unpackArchive(archive).map(({ path }) => path)).toEqual([
    "orchestrator-backup.json",
    "config/certs/tls.crt",
    "config/config.yaml",
    "config/domains/orders.yaml",
  ]);
  expect(archive.includes("marked")).toBe(false);
  expect(stderr).toContain("Left out, as it holds secrets: config/certs/tls.key");
});

test("two backups of one second have different names", async () => {
  const folder = projectOf(project);
  await backUp(folder);
  await backUp(folder);
  await backUp(folder);
  expect(readdirSync(join(folder, "backups"))).toHaveLength(3);
});

test("restore brings back what was changed, made and removed since, and backs that up first", async () => {
  const folder = projectOf(project);
  const backup = await backUp(folder);
  writeFileSync(join(folder, "config/config.yaml"), "app:\n  name: Changed\n");
  writeFileSync(join(folder, "config/domains/later.yaml"), "description: Later\n");
  rmSync(join(folder, "config/domains/orders.yaml"));
  const { code, stdout, stderr } = await runCommand(folder, "config", "restore", backup, "--force");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n").sort()).toEqual([
    "made domains/orders.yaml",
    "overwritten config.yaml",
    "removed domains/later.yaml",
  ]);
  expect(readConfig(folder)).toContain("Shop");
  expect(existsSync(join(folder, "config/domains/later.yaml"))).toBe(false);
  expect(existsSync(join(folder, "config/certs/tls.key"))).toBe(true);
  const saved = /is in (\S+)/.exec(stderr)![1]!;
  await runCommand(folder, "config", "restore", saved, "--force");
  expect(readConfig(folder)).toContain("Changed");
});

test("restore works where the whole folder is gone", async () => {
  const folder = projectOf(project);
  const backup = await backUp(folder);
  rmSync(join(folder, "config"), { recursive: true });
  expect((await runCommand(folder, "config", "restore", backup, "--force")).code).toBe(0);
  expect(readConfig(folder)).toContain("Shop");
});

test("restore of what is there already does nothing and asks nothing", async () => {
  const folder = projectOf(project);
  const { code, stderr } = await runCommand(folder, "config", "restore", await backUp(folder));
  expect(code).toBe(0);
  expect(stderr).toContain("as it was in the backup");
});

test("where nobody can be asked, restore without --force is wrong usage and changes nothing", async () => {
  const folder = projectOf(project);
  const backup = await backUp(folder);
  writeFileSync(join(folder, "config/config.yaml"), "app:\n  name: Changed\n");
  const { code, stderr } = await runCommand(folder, "config", "restore", backup);
  expect(code).toBe(2);
  expect(stderr).toContain("--force");
  expect(readConfig(folder)).toContain("Changed");
});

test.each([
  [true, 0, "Shop"],
  [false, 1, "Changed"],
])("on a terminal restore asks first: %s", async (answer, expectedCode, name) => {
  const folder = projectOf(project);
  const backup = await backUp(folder);
  writeFileSync(join(folder, "config/config.yaml"), "app:\n  name: Changed\n");
  const asked: string[] = [];
  const colours = picocolors.createColors(false);
  const code = await runCommandLine(["config", "restore", backup], {
    result: () => undefined,
    remark: (text) => void asked.push(text),
    resultColours: colours,
    remarkColours: colours,
    width: 80,
    workingFolder: folder,
    confirm: (question) => (asked.push(question), Promise.resolve(answer)),
  });
  expect(code).toBe(expectedCode);
  expect(asked).toContain("would be overwritten config.yaml");
  expect(asked).toContain("Restore config?");
  expect(readConfig(folder)).toContain(name);
});

const evil = (path: string, content = "x") => ({ path, content: Buffer.from(content) });

test.each([
  ["../outside.yaml", "outside the configuration folder"],
  ["config/../../outside.yaml", "outside the configuration folder"],
  ["/etc/outside.yaml", "outside the configuration folder"],
  ["config//outside.yaml", "outside the configuration folder"],
  ["config/C:\\outside.yaml", "outside the configuration folder"],
  ["other/outside.yaml", "outside the configuration folder"],
  ["config/.env", "is one for secrets"],
])("a backup with the file %s is refused", async (path, reason) => {
  const folder = projectOf(project);
  writeArchive(folder, [manifestOf([evil(path)], new Date()), evil(path)]);
  const { code, stderr } = await runCommand(folder, "config", "restore", "evil.tar.gz", "--force");
  expect(code).toBe(1);
  expect(stderr).toContain("BACKUP_UNUSABLE");
  expect(stderr).toContain(reason);
  expect(existsSync(join(folder, "backups"))).toBe(false);
});

test("an archive that holds a link is refused", async () => {
  const folder = projectOf(project);
  const archive = packArchive(
    [manifestOf([evil("config/a.yaml")], new Date()), evil("config/a.yaml", "")],
    0,
  );
  const header = archive.length - 1024 - 512;
  archive[header + 156] = "2".charCodeAt(0);
  archive.write("        ", header + 148);
  const sum = archive.subarray(header, header + 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, header + 148);
  writeFileSync(join(folder, "evil.tar.gz"), gzipSync(archive));
  const { code, stderr } = await runCommand(folder, "config", "restore", "evil.tar.gz", "--force");
  expect(code).toBe(1);
  expect(stderr).toContain("is no plain file");
});

test("restore writes through no link that stands in the configuration folder", async () => {
  const folder = projectOf(project);
  const backup = await backUp(folder);
  const elsewhere = temporaryFolder();
  rmSync(join(folder, "config/domains"), { recursive: true });
  symlinkSync(elsewhere, join(folder, "config/domains"));
  const { code, stderr } = await runCommand(folder, "config", "restore", backup, "--force");
  expect(code).toBe(1);
  expect(stderr).toContain("is a link");
  expect(readdirSync(elsewhere)).toEqual([]);
});

test.each([
  ["no gzip file", Buffer.from("hello")],
  ["an archive of something else", gzipSync(packArchive([evil("readme.txt")], 0))],
  [
    "changed since",
    gzipSync(packArchive([manifestOf([evil("config/a.yaml")], new Date()), evil("config/a.yaml", "y")], 0)),
  ],
])("a file that is %s is no backup", async (_title, content) => {
  const folder = projectOf(project);
  writeFileSync(join(folder, "evil.tar.gz"), content);
  const { code, stderr } = await runCommand(folder, "config", "restore", "evil.tar.gz", "--force");
  expect(code).toBe(1);
  expect(stderr).toContain("BACKUP_UNUSABLE");
  expect(readConfig(folder)).toContain("Shop");
});

test("a backup that does not exist, and a folder without configuration, are failures", async () => {
  expect((await runCommand(projectOf(project), "config", "restore", "none.tar.gz")).code).toBe(1);
  const { code, stderr } = await runCommand(temporaryFolder(), "config", "backup");
  expect(code).toBe(1);
  expect(stderr).toContain("FILE_CONFIG_FOLDER_MISSING");
});

test("the configuration of another folder is backed up beside it", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "shop/settings"), { recursive: true });
  writeFileSync(join(folder, "shop/settings/config.yaml"), "app: {}\n");
  const { stdout } = await runCommand(folder, "config", "backup", "--config-path", "shop/settings", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ files: ["config.yaml"], left_out: [] });
  expect(readdirSync(join(folder, "shop/backups"))).toHaveLength(1);
});

function writeArchive(folder: string, files: readonly ArchiveFile[]): void {
  writeFileSync(join(folder, "evil.tar.gz"), gzipSync(packArchive(files, 0)));
}
