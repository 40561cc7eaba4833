import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "@readme/openapi-parser";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { generatedProject } from "../../templates/started-project.js";
import { root } from "../../templates/documented-files.js";
import { projectOf, runCommand } from "../run-command.js";

test.each(["minimal", "demo", "full"])(
  "the OpenAPI document of the template %s is valid, strictly",
  async (name) => {
    const { code, stdout } = await runCommand(generatedProject(name), "export", "openapi");
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as { openapi: string; paths: object };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).length).toBeGreaterThan(0);
    const result = await validate(JSON.parse(stdout) as Parameters<typeof validate>[0]);
    expect(result).toMatchObject({ valid: true, warnings: [] });
    for (const schema of schemasIn(document))
      expect(() => new Ajv2020({ strict: true }).compile(schema)).not.toThrow();
  },
);

test("openapi --output writes the file and prints its path", async () => {
  const folder = generatedProject("minimal");
  const { stdout } = await runCommand(folder, "export", "openapi", "--output", "build/openapi.json");
  expect(stdout).toBe("build/openapi.json\n");
  expect(JSON.parse(readFileSync(join(folder, "build/openapi.json"), "utf8"))).toHaveProperty("paths");
});

test("schema prints one kind, or all by kind", async () => {
  const one = JSON.parse((await runCommand("/", "export", "schema", "config")).stdout) as object;
  expect(one).toEqual(JSON.parse(readFileSync(join(root, "schemas/config.schema.json"), "utf8")));
  const all = JSON.parse((await runCommand("/", "export", "schema")).stdout) as Record<string, object>;
  expect(Object.keys(all)).toEqual(expect.arrayContaining(["config", "domain", "database", "api_sources"]));
  for (const schema of Object.values(all))
    expect(() => new Ajv({ strict: false }).compile(schema)).not.toThrow();
});

test("schema --output writes a file for each kind, which editors accept projects by", async () => {
  const folder = generatedProject("full");
  await runCommand(folder, "export", "schema", "--output", "schemas");
  expect(readdirSync(join(folder, "schemas"))).toEqual(readdirSync(join(root, "schemas")));
  const schema = JSON.parse(readFileSync(join(folder, "schemas/domain.schema.json"), "utf8")) as object;
  const fits = new Ajv({ strict: false }).compile(schema);
  const orders = parse(readFileSync(join(folder, "config/domains/orders.yaml"), "utf8")) as {
    endpoints: object;
  };
  expect(fits(orders)).toBe(true);
  expect(fits({ ...orders, endpoint: {} })).toBe(false);
});

test("a kind that does not exist is wrong usage with the nearest", async () => {
  const { code, stderr } = await runCommand("/", "export", "schema", "domian");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "domain"?');
});

test.each(["openapi", "postman"])(
  "%s of a project with errors is a failure with its problems",
  async (name) => {
    const { code, stdout, stderr } = await runCommand(
      projectOf({ "config/config.yaml": "ap: {}\n" }),
      "export",
      name,
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("CONFIG_KEY_UNKNOWN");
  },
);

/** Every schema of parameters, bodies and answers that stands where it is used. */
function schemasIn(value: unknown): readonly object[] {
  if (Array.isArray(value)) return value.flatMap(schemasIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    if (key === "schema" && typeof each === "object" && each !== null && !("$ref" in each)) return [each];
    return schemasIn(each);
  });
}
