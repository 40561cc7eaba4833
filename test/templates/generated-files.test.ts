import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { initProject } from "../../src/cli/init-project.js";
import { runCommand } from "../cli/run-command.js";
import { root } from "./documented-files.js";
import { generatedProject } from "./started-project.js";

const projects = [
  { title: "demo", template: "demo", environments: false },
  { title: "full", template: "full", environments: false },
  { title: "full with environments", template: "full", environments: true },
];
const schemaComment = /^# yaml-language-server: \$schema=(\S+)$/m;

test.each(projects)("$title: each file with a schema names it on its first line, and fits it", (project) => {
  const folder = generatedProject(project.template, project.environments);
  for (const path of yamlFiles(folder)) {
    const text = readFileSync(join(folder, path), "utf8");
    const schema = schemaComment.exec(text.split("\n")[0]!)?.[1];
    if (schema === undefined) {
      expect(parse(text), `${path} has no schema, so it is only comments`).toBe(null);
      continue;
    }
    const file = resolve(dirname(join(folder, path)), schema);
    if (parse(text) === null) continue;
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(file, "utf8")) as object);
    expect(validate(parse(text)), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true);
  }
});

test("the commented examples of the full template fit their schemas once they are no comments", () => {
  const folder = generatedProject("full");
  const path = "config/integrations/feast_config.yaml";
  const lines = readFileSync(join(folder, path), "utf8").split("\n").slice(3);
  const example = parse(lines.map((line) => line.replace(/^# ?/, "")).join("\n")) as object;
  const schema = readFileSync(join(root, "schemas/feast_config.schema.json"), "utf8");
  expect(Object.keys(example)).toEqual(["feast"]);
  expect(new Ajv({ strict: false }).validate(JSON.parse(schema) as object, example)).toBe(true);
});

const ignored = [
  ".env",
  ".env.production",
  "data/local.db",
  "data/local.db-wal",
  "data/local-crm.db",
  "data/production.db",
  "data/shop.sqlite3",
  "data/admin.token",
  "data/api-keys.yaml",
  "certs/tls.key",
  "certs/tls.pem",
  "logs/app.log",
  "logs/app.log.1",
  "app.log",
  "backups/config-2026-01-31T12-00-00Z.tar.gz",
  "node_modules/x/index.js",
  "dist/run.js",
  "coverage/index.html",
  "__pycache__/x.pyc",
  ".venv/bin/python",
];
const guideLines = ["*.db", "*.log", "__pycache__/", ".env", ".venv/", "logs/", "data/local*"];

test.each(projects)(
  "$title: git takes all that was generated but .env, and nothing that runs make",
  (project) => {
    const folder = generatedProject(project.template, project.environments);
    const made = initProject({ folder, ...project, dryRun: true }).skipped;
    for (const path of ignored) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (!existsSync(join(folder, path))) writeFileSync(join(folder, path), "");
    }
    if (spawnSync("git", ["init", "-q"], { cwd: folder }).status !== 0) return;
    const { stdout } = spawnSync("git", ["ls-files", "--others", "--exclude-standard"], { cwd: folder });
    expect(stdout.toString().trim().split("\n").sort()).toEqual(
      made.filter((path) => path !== ".env").sort(),
    );
  },
);

test.each(projects)("$title: .gitignore keeps every line of the guide", ({ template }) => {
  const lines = readFileSync(join(root, "templates", template, "gitignore"), "utf8").split("\n");
  for (const line of guideLines) expect(lines).toContain(line);
});

test.each(projects)("$title: .env.example names every variable that the configuration reads", (project) => {
  const folder = generatedProject(project.template, project.environments);
  const example = readFileSync(join(folder, ".env.example"), "utf8");
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  for (const path of yamlFiles(folder)) {
    const text = readFileSync(join(folder, path), "utf8").replace(/^\s*#.*$/gm, "");
    for (const [, name] of text.matchAll(/\$\{([A-Z_]+)/g)) {
      expect(example + readme, `${path} reads ${name}`).toContain(name);
    }
  }
});

test.each(projects)("$title: README.md documents every file and every route", async (project) => {
  const folder = generatedProject(project.template, project.environments);
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const { stdout } = await runCommand(folder, "list", "--json");
  const { domains } = JSON.parse(stdout) as { domains: { endpoints: { method: string; path: string }[] }[] };
  for (const { method, path } of domains.flatMap(({ endpoints }) => endpoints)) {
    const route = new RegExp(`${method} ${path.replaceAll(/\{\w+\}/g, "[\\w-]+")}[?\\x60 ]`);
    expect(readme).toMatch(route);
  }
  for (const path of yamlFiles(folder)) {
    const isDomainOfDemo = project.template === "demo" && path.startsWith("config/domains/");
    expect(readme).toContain(isDomainOfDemo ? "config/domains/*.yaml" : path.split("/").at(-1));
  }
});

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(join(folder, "config"), { recursive: true })
    .map((path) => `config/${String(path)}`)
    .filter((path) => path.endsWith(".yaml"));
}
