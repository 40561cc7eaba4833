import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedProject } from "../../templates/started-project.js";
import { projectOf, runCommand, setVariables } from "../run-command.js";

interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly request?: {
    readonly method: string;
    readonly url: { readonly raw: string };
    readonly body?: { raw: string };
  };
  readonly event?: readonly { readonly script: { readonly exec: readonly string[] } }[];
}

async function itemsOf(folder: string): Promise<ReadonlyMap<string, Item>> {
  const { stdout } = await runCommand(folder, "export", "postman");
  const { item } = JSON.parse(stdout) as { item: readonly Item[] };
  return new Map(
    item.flatMap((each) => (each.item ?? []).map((inner) => [`${each.name}.${inner.name}`, inner])),
  );
}

const scriptOf = (item: Item | undefined) => item!.event![0]!.script.exec.join("\n");

const project = {
  "config/config.yaml": "app:\n  name: Tea & Coffee\nserver:\n  port: 8123\n",
  "config/domains/tea.yaml": `endpoints:
  plain:
    path: /tea/{kind}/files/{file*}
    request:
      path_params:
        kind: { type: string, examples: [green] }
        file: { type: string, examples: [a b/c] }
      query_params:
        size: { type: string, enum: [small, large] }
        note: { type: string, description: Optional }
      headers:
        x-tenant: { type: string, default: main }
    response_mapping:
      kind: $request.kind
      size: $request.size
  made_up:
    path: /tea/{id}
    request:
      path_params:
        id: { type: integer }
    response_mapping:
      id: $request.id
  described:
    path: /described
    output_schema: { type: object, required: [a], properties: { a: { const: 1 } } }
    response_mapping: { a: 1 }
  hidden:
    internal: true
    response_mapping: { a: 1 }
`,
};

test("a request has a value for each parameter: examples, else defaults, else the type", async () => {
  const items = await itemsOf(projectOf(project));
  expect(items.get("tea.plain")!.request).toMatchObject({
    method: "GET",
    header: [{ key: "x-tenant", value: "main" }],
    url: {
      raw: "{{base_url}}/orchestrator/tea/:kind/files/a%20b/c?size=small",
      path: ["orchestrator", "tea", ":kind", "files", "a%20b", "c"],
      query: [
        { key: "size", value: "small" },
        { key: "note", value: "text", description: "Optional", disabled: true },
      ],
      variable: [{ key: "kind", value: "green" }],
    },
  });
});

test("internal endpoints are left out", async () => {
  expect([...(await itemsOf(projectOf(project))).keys()]).toEqual([
    "tea.plain",
    "tea.made_up",
    "tea.described",
  ]);
});

test("tests hold status, headers and the fields of the body", async () => {
  const script = scriptOf((await itemsOf(projectOf(project))).get("tea.plain"));
  expect(script).toContain("to.be.oneOf([200])");
  expect(script).toContain("X-Execution-Id");
  expect(script).toContain("X-Orchestrator-Complete");
  expect(script).toContain('to.have.all.keys(["kind","size"])');
});

test("a made-up value may be unknown to the service, which must not fail all the same", async () => {
  const script = scriptOf((await itemsOf(projectOf(project))).get("tea.made_up"));
  expect(script).toContain("to.be.below(500)");
  expect(script).not.toContain("all.keys");
});

test("an output schema is held as it is", async () => {
  expect(scriptOf((await itemsOf(projectOf(project))).get("tea.described"))).toContain("to.have.jsonSchema(");
});

test("a body and a status that an expression gives are those of the endpoint", async () => {
  const item = (await itemsOf(generatedProject("demo"))).get("flights.add_note")!;
  expect(JSON.parse(item.request!.body!.raw)).toEqual({ text: "Free coffee on board" });
  expect(scriptOf(item)).toContain("to.be.oneOf([201])");
});

test("--output writes the collection, and an environment with the port of server.port", async () => {
  const folder = projectOf(project);
  const { stdout } = await runCommand(folder, "export", "postman", "--output", "tests/postman");
  expect(stdout.trim().split("\n")).toEqual([
    "tests/postman/tea-coffee.postman_collection.json",
    "tests/postman/development.postman_environment.json",
  ]);
  expect(read(folder, "development.postman_environment.json")).toMatchObject({
    values: [{ key: "base_url", value: "http://localhost:8123" }],
  });
});

test("each environment of the configuration has one, with the port that it has there", async () => {
  const folder = projectOf({
    "config/base/config.yaml": "server:\n  port: 8200\n",
    "config/base/domains/tea.yaml": "endpoints:\n  get:\n    response_mapping: { a: 1 }\n",
    "config/development/config.yaml": "{}\n",
    "config/production/config.yaml": "server:\n  port: 8300\n",
  });
  setVariables({ ENVIRONMENT: "development" });
  await runCommand(folder, "export", "postman", "--output", "tests/postman");
  const port = (name: string) => JSON.stringify(read(folder, `${name}.postman_environment.json`));
  expect(port("development")).toContain("http://localhost:8200");
  expect(port("production")).toContain("http://localhost:8300");
  expect(existsSync(join(folder, "tests/postman/base.postman_environment.json"))).toBe(false);
});

test("two exports of one configuration are the same, byte by byte", async () => {
  const folder = generatedProject("demo");
  const first = await runCommand(folder, "export", "postman");
  expect((await runCommand(folder, "export", "postman")).stdout).toBe(first.stdout);
});

function read(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, "tests/postman", name), "utf8"));
}

test("requests of guarded endpoints show credentials, which stand in variables", async () => {
  const folder = projectOf({
    "config/config.yaml": `auth:
  api_keys: {}
  jwt: { issuer: "https://login.example/", audience: shop, jwks_url: "https://login.example/keys" }
`,
    "config/domains/tea.yaml": `endpoints:
  open: { response_mapping: 1 }
  keyed: { auth: [api_key, jwt], response_mapping: 1 }
  signed: { auth: jwt, response_mapping: 1 }
`,
  });
  const collection = JSON.parse((await runCommand(folder, "export", "postman")).stdout) as {
    readonly item: readonly { readonly item: readonly { readonly request: { readonly auth?: object } }[] }[];
    readonly variable: readonly object[];
  };
  expect(collection.item[0]!.item.map(({ request }) => request.auth)).toMatchObject([
    undefined,
    {
      type: "apikey",
      apikey: [{ key: "key", value: "X-Api-Key" }, { key: "value", value: "{{api_key}}" }, {}],
    },
    { type: "bearer", bearer: [{ key: "token", value: "{{token}}" }] },
  ]);
  expect(collection.variable.slice(1)).toEqual([
    { key: "api_key", value: "" },
    { key: "token", value: "" },
  ]);
});
