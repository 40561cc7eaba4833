import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readOpenapi } from "../../src/cli/openapi-import/document.js";
import { importSource, type ImportedSource } from "../../src/cli/openapi-import/import-source.js";
import { loadProject, openService } from "../../src/service.js";
import { callEndpoint } from "../../src/server/call-endpoint.js";
import { nodeHost } from "../../src/host/node-host.js";
import { root } from "../templates/documented-files.js";
import { projectOf, runCommand, temporaryFolder } from "./run-command.js";

const fixture = (name: string) => join(root, "test/fixtures/openapi", name);
const sourcesFile = "config/integrations/api_sources.yaml";
const read = (folder: string, path = sourcesFile) => readFileSync(join(folder, path), "utf8");

interface SourcesFile {
  readonly api: {
    readonly sources: Record<string, { operations: Record<string, object>; schemas?: object }>;
  };
}

/** Imports a document that is written here. */
function imported(document: object, name?: string): ImportedSource {
  const whole = {
    openapi: "3.0.3",
    info: { title: "Pet Shop API" },
    servers: [{ url: "https://pets.example/v1" }],
    paths: {},
    ...document,
  };
  return importSource(readOpenapi(JSON.stringify(whole), "pets.json"), name);
}

function operationOf(operation: object, more: object = {}, path = "/pets/{pet-id}", method = "get") {
  const { operations } = imported({
    paths: { [path]: { [method]: { operationId: "it", ...operation } } },
    ...more,
  });
  return operations.get("it")!;
}

describe("a real document of more than a hundred operations", () => {
  test.each([
    ["blockfrost.yaml", "3.0", "blockfrost_io", 129],
    ["rclone.yaml", "3.1", "rclone_rc", 101],
  ])("%s, version %s, imports and passes `check`", async (file, _, name, count) => {
    const folder = projectOf({ "config/config.yaml": "app: { name: imported }\n" });
    const { code, stdout } = await runCommand(folder, "import", "openapi", fixture(file));
    expect(code).toBe(0);
    expect(stdout).toBe(`${sourcesFile}: source "${name}": ${count} operations added\n`);
    const { api } = parse(read(folder)) as SourcesFile;
    expect(Object.keys(api.sources[name]!.operations)).toHaveLength(count);
    const example = join(folder, ".env.example");
    const envFile = existsSync(example) ? ["--env-file", ".env.example"] : [];
    const check = await runCommand(folder, "check", ...envFile);
    expect(check.stdout + check.stderr).toContain("No problems");
    expect(check.code).toBe(0);
  });

  test("its schemas type the steps, and make their mocks", async () => {
    const endpoint = (field: string) => `endpoints:
  latest:
    path: /latest
    data_sources: [{ name: block, type: api, operation: get_blocks_latest }]
    response_mapping: { value: $block.${field} }
`;
    const folder = projectOf({ "config/domains/blocks.yaml": endpoint("heigth") });
    await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"), "--source", "chain");
    const { api } = parse(read(folder)) as SourcesFile;
    const name = Object.keys(api.sources["chain"]!.operations).find((each) => each.includes("latest"))!;
    const host = nodeHost({ CHAIN_API_KEY: "x" });
    const load = (text: string) => {
      writeFileSync(join(folder, "config/domains/blocks.yaml"), text.replace("get_blocks_latest", name));
      return loadProject({ configPath: join(folder, "config"), host });
    };
    expect(load(endpoint("heigth")).problems.map(({ hint }) => hint)).toEqual(['Did you mean "height"?']);
    const service = await openService(load(endpoint("height")), { host, isMocked: true });
    expect(await callEndpoint(service, "blocks.latest")).toEqual({ value: 15243593 });
    await service.close();
  });
});

describe("the file of sources", () => {
  test("keeps what is in it, comments and all", async () => {
    const before = `# Our APIs
api:
  defaults: { timeout: 2s } # for all of them
  sources:
    blockfrost_io: # ours
      base_url: https://mirror.example
      operations:
        # Written by hand
        get: { path: /mine }
    other: { base_url: "https://other.example", operations: { a: { path: /a } } }
`;
    const folder = projectOf({ [sourcesFile]: before, ".env.example": "A=1" });
    const { stdout } = await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"));
    const after = read(folder);
    for (const [comment] of before.matchAll(/#.*/g)) expect(after).toContain(comment);
    const { api } = parse(after) as SourcesFile;
    expect(api.sources["blockfrost_io"]).toMatchObject({ base_url: "https://mirror.example" });
    expect(api.sources["blockfrost_io"]).not.toHaveProperty("auth");
    expect(api.sources["blockfrost_io"]!.operations).toMatchObject({ get: { path: "/mine" } });
    expect(api.sources["other"]!.operations).toEqual({ a: { path: "/a" } });
    expect(stdout).toContain("operations added");
    expect(read(folder, ".env.example")).toBe("A=1\nBLOCKFROST_IO_API_KEY=change-me\n");
  });

  test("is the same after a second import", async () => {
    const folder = temporaryFolder();
    await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"));
    const [sources, example] = [read(folder), read(folder, ".env.example")];
    const { stdout } = await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"));
    expect(stdout).toContain("0 operations added, 129 were there already and stay as they are");
    expect([read(folder), read(folder, ".env.example")]).toEqual([sources, example]);
  });

  test("lies in `base` where there are environments, and where `--output` says", async () => {
    const folder = projectOf({ "config/base/config.yaml": "app: { name: a }\n" });
    await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"));
    expect(existsSync(join(folder, "config/base/integrations/api_sources.yaml"))).toBe(true);
    await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"), "--output", "other.yaml");
    expect(existsSync(join(folder, "other.yaml"))).toBe(true);
  });

  test("is printed with `--output -`, and nothing is written", async () => {
    const folder = temporaryFolder();
    const { stdout } = await runCommand(
      folder,
      "import",
      "openapi",
      fixture("blockfrost.yaml"),
      "--output",
      "-",
    );
    expect(Object.keys((parse(stdout) as SourcesFile).api.sources)).toEqual(["blockfrost_io"]);
    expect(existsSync(join(folder, "config"))).toBe(false);
    expect(existsSync(join(folder, ".env.example"))).toBe(false);
  });

  test.each([
    ["broken YAML", "api: [", "cannot be imported"],
    ["a list where sources should be", "api: { sources: [] }", "no mapping"],
    ["a text", "hello", "no mapping"],
  ])("with %s is left as it is", async (_, text, words) => {
    const folder = projectOf({ [sourcesFile]: text });
    const { code, stderr } = await runCommand(folder, "import", "openapi", fixture("blockfrost.yaml"));
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(read(folder)).toBe(text);
  });
});

describe("an operation", () => {
  test("has its parameters under names that expressions can hold", () => {
    const parameters = [
      { name: "pet-id", in: "path" },
      { name: "limit", in: "query" },
      { name: "sort[by]", in: "query" },
      { name: "constructor", in: "query" },
      { name: "X-Tenant", in: "header" },
      { name: "Authorization", in: "header" },
      { name: "session", in: "cookie" },
      { $ref: "#/components/parameters/Page" },
    ];
    const components = { parameters: { Page: { name: "page", in: "query" } } };
    expect(operationOf({ summary: "One pet", parameters }, { components })).toEqual({
      description: "One pet",
      path: "/pets/{pet_id}",
      query: {
        limit: "$params.limit",
        "sort[by]": "$params.sort_by",
        constructor: "$params.constructor_value",
        page: "$params.page",
      },
      headers: { "X-Tenant": "$params.x_tenant" },
    });
  });

  test.each([
    ["getPetById", "get_pet_by_id"],
    ["pets/list", "pets_list"],
    ["GETAllURLs", "get_all_urls"],
    ["7things", "operation_7things"],
    ["", "get_pets"],
    [undefined, "get_pets"],
  ])("with the id %j is named %s", (operationId, name) => {
    const { operations } = imported({ paths: { "/pets": { get: { operationId } } } });
    expect([...operations.keys()]).toEqual([name]);
  });

  test("keeps its name apart from another one of the same", () => {
    const get = { operationId: "list" };
    expect([...imported({ paths: { "/a": { get }, "/b": { get } } }).operations.keys()]).toEqual([
      "list",
      "list_2",
    ]);
  });

  test.each<[string, object]>([
    ["application/json", { body: "$params.body" }],
    [
      "application/vnd.api+json",
      { headers: { "Content-Type": "application/vnd.api+json" }, body: "$params.body" },
    ],
    ["application/x-www-form-urlencoded", { body_type: "form", body: "$params.body" }],
    ["multipart/form-data", { body_type: "multipart", body: "$params.body" }],
    ["text/plain", { headers: { "Content-Type": "text/plain" }, body_type: "text", body: "$params.body" }],
    ["image/png", { headers: { "Content-Type": "image/png" }, body_type: "bytes", body: "$params.body" }],
  ])("sends a body of type %s", (type, keys) => {
    const operation = operationOf({ requestBody: { content: { [type]: {} } } }, {}, "/pets", "post");
    expect(operation).toEqual({ method: "POST", path: "/pets", ...keys });
  });

  test.each<[object, object]>([
    [{ "200": { content: { "text/csv": {} } } }, { response_type: "text" }],
    [{ "200": { content: { "application/xml": {} } } }, { response_type: "xml" }],
    [{ "200": { content: { "application/pdf": {} } } }, { response_type: "bytes" }],
    [{ "204": {}, "404": { content: { "application/json": { schema: { type: "string" } } } } }, {}],
    [
      { "201": { content: { "application/json": { schema: { type: "string" } } } } },
      { schema: { type: "string" } },
    ],
    [{ "2XX": { content: { "application/json": {} } } }, {}],
    [
      { default: { content: { "application/json": { schema: { type: "integer" } } } } },
      { schema: { type: "integer" } },
    ],
  ])("reads the answer of %j", (responses, keys) => {
    expect(operationOf({ responses }, {}, "/pets")).toEqual({ path: "/pets", ...keys });
  });

  test("says what was left out, once for all that share it", () => {
    const parameters = [{ name: "filter", in: "query", style: "deepObject" }];
    const { remarks } = imported({ paths: { "/a": { get: { parameters } }, "/b": { get: { parameters } } } });
    expect(remarks).toEqual([
      'GET /a and 1 more: "filter" is an object, which a query cannot hold, and is left out.',
    ]);
  });
});

describe("credentials", () => {
  const schemes = (scheme: object) => ({
    components: { securitySchemes: { it: scheme } },
    security: [{ it: ["read"] }],
  });

  test.each<[object, object, string[]]>([
    [{ type: "http", scheme: "bearer" }, { type: "bearer", token: "${PET_SHOP_TOKEN}" }, ["PET_SHOP_TOKEN"]],
    [
      { type: "http", scheme: "Basic" },
      { type: "basic", username: "${PET_SHOP_USERNAME}", password: "${PET_SHOP_PASSWORD}" },
      ["PET_SHOP_USERNAME", "PET_SHOP_PASSWORD"],
    ],
    [
      { type: "apiKey", in: "query", name: "key" },
      { type: "api_key", query: "key", value: "${PET_SHOP_API_KEY}" },
      ["PET_SHOP_API_KEY"],
    ],
    [
      { type: "oauth2", flows: { clientCredentials: { tokenUrl: "/oauth/token" } } },
      {
        type: "oauth2_client_credentials",
        token_url: "https://pets.example/oauth/token",
        client_id: "${PET_SHOP_CLIENT_ID}",
        client_secret: "${PET_SHOP_CLIENT_SECRET}",
        scopes: ["read"],
      },
      ["PET_SHOP_CLIENT_ID", "PET_SHOP_CLIENT_SECRET"],
    ],
    [
      { type: "oauth2", flows: { implicit: {} } },
      { type: "bearer", token: "${PET_SHOP_TOKEN}" },
      ["PET_SHOP_TOKEN"],
    ],
  ])("%j", (scheme, auth, variables) => {
    const source = imported(schemes(scheme));
    expect(source.keys).toEqual({ base_url: "${PET_SHOP_BASE_URL:-https://pets.example/v1}", auth });
    expect(source.variables).toEqual(variables);
  });

  test("of an operation win where they differ", () => {
    const bearer = schemes({ type: "http", scheme: "bearer" });
    expect(operationOf({ security: [] }, bearer)).toMatchObject({ auth: "none" });
    expect(operationOf({ security: [{ it: [] }] }, bearer)).not.toHaveProperty("auth");
  });
});

describe("schemas", () => {
  const schemaOf = (schema: object, schemas: object = {}, openapi = "3.0.3") => {
    const source = imported({
      openapi,
      components: { schemas },
      paths: { "/a": { get: { responses: { "200": { content: { "application/json": { schema } } } } } } },
    });
    const [operation] = [...source.operations.values()];
    return {
      schema: operation!["schema"],
      schemas: Object.fromEntries(source.schemas),
      remarks: source.remarks,
    };
  };

  test("stand once, under their name, however they lead in circles", () => {
    const tree = {
      type: "object",
      properties: {
        parent: { $ref: "#/components/schemas/Tree" },
        leaf: { $ref: "#/components/schemas/Leaf" },
      },
    };
    const result = schemaOf(
      { $ref: "#/components/schemas/Tree" },
      { Tree: tree, Leaf: { type: "string" }, Unused: {} },
    );
    expect(result.schema).toBe("Tree");
    expect(result.schemas).toEqual({
      Tree: {
        type: "object",
        properties: { parent: { $ref: "#/$defs/Tree" }, leaf: { $ref: "#/$defs/Leaf" } },
      },
      Leaf: { type: "string" },
    });
  });

  test.each<[object, unknown]>([
    [{ type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      { type: "string", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      { type: "integer", minimum: 1, exclusiveMinimum: true },
      { type: "integer", exclusiveMinimum: 1 },
    ],
    [
      { type: "integer", maximum: 9, exclusiveMaximum: false },
      { type: "integer", maximum: 9 },
    ],
    [
      { type: "string", example: "x", description: "words", xml: {} },
      { type: "string", examples: ["x"] },
    ],
    [
      { type: "string", example: "${HOME} {{ a }}" },
      { type: "string", examples: ["$ {HOME} {{ a }}"] },
    ],
    [
      { type: "string", enum: ["${a}"] },
      { type: "string", enum: ["$${a}"] },
    ],
    [{ type: "file" }, undefined],
    [
      { type: "object", required: true, properties: { a: {} } },
      { type: "object", properties: { a: {} } },
    ],
    [{ type: "string", pattern: "(?i)x" }, { type: "string" }],
  ])("of 3.0 become those of 2020-12: %j", (schema, converted) =>
    expect(schemaOf(schema).schema).toEqual(converted),
  );

  test("that cannot be used allow anything, and are named", () => {
    const { schemas, remarks } = schemaOf(
      { $ref: "#/components/schemas/Odd" },
      { Odd: { type: "string", minLength: "one" } },
    );
    expect(schemas).toEqual({ Odd: {} });
    expect(remarks).toEqual(['The schema "Odd" cannot be used and allows anything.']);
  });

  test("that references lead to nowhere allow anything", () => {
    expect(schemaOf({ type: "array", items: { $ref: "https://elsewhere.example/x.json" } }).schema).toEqual({
      type: "array",
      items: {},
    });
  });
});

describe("the server", () => {
  test.each<[unknown, string]>([
    [
      [
        {
          url: "https://{region}.example/{v}",
          variables: { region: { default: "eu" }, v: { default: "v2" } },
        },
      ],
      "https://eu.example/v2",
    ],
    [[{ url: "https://a.example/" }, { url: "https://b.example" }], "https://a.example"],
    [[{ url: "/relative" }], "http://localhost"],
    [undefined, "http://localhost"],
  ])("%j", (servers, url) => {
    expect(imported({ servers }).keys["base_url"]).toBe(`\${PET_SHOP_BASE_URL:-${url}}`);
  });
});

describe("what is refused", () => {
  test.each([
    ["another version", '{"swagger":"2.0"}', "version 2.0"],
    ["a version to come", '{"openapi":"4.0.0"}', "version 4.0.0"],
    ["another document", "a: 1", "no OpenAPI document"],
    ["no document", "a: [", "cannot be imported"],
    ["broken JSON", '{"openapi":', "cannot be imported"],
    [
      "a bomb of aliases",
      `a: &a [x]\n${Array.from({ length: 30 }, (_, n) => `b${n}: &b${n} [${n === 0 ? "*a" : `*b${n - 1}, *b${n - 1}, *b${n - 1}`}]`).join("\n")}`,
      "cannot be imported",
    ],
  ])("%s", async (_, text, words) => {
    const folder = projectOf({ "api.yaml": text });
    const { code, stderr } = await runCommand(folder, "import", "openapi", "api.yaml");
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(existsSync(join(folder, "config"))).toBe(false);
  });

  test("a file that is not there, a name that no source can have, and wrong usage", async () => {
    const folder = temporaryFolder();
    expect(await runCommand(folder, "import", "openapi", "none.yaml")).toMatchObject({ code: 1 });
    expect(await runCommand(folder, "import", "openapi", "x.yaml", "--source", "a b")).toMatchObject({
      code: 2,
    });
    expect(await runCommand(folder, "import", "openapi")).toMatchObject({ code: 2 });
    expect(await runCommand(folder, "import", "openapi", "x.yaml", "--nope")).toMatchObject({ code: 2 });
  });
});
