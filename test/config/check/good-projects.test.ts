import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../../src/config/model.js";
import { check, unindented, type ProjectFiles } from "./checking.js";
import { shop, shopEnvironment } from "./shop.js";

/** The endpoint `name` of a project without errors. */
function endpointIn(files: ProjectFiles, name: string, environment: Record<string, string> = {}): Endpoint {
  const { loaded, lines } = check(files, environment);
  expect(lines.filter((line) => !line.endsWith("NAME_SHADOWED"))).toEqual([]);
  const found = loaded
    .config!.domains.flatMap(({ endpoints }) => endpoints)
    .find((each) => each.name === name);
  if (found === undefined) throw new Error(`no endpoint "${name}"`);
  return found;
}

/** A domain `test` with one endpoint `it`, and no sources. */
const domain = (keys: string): ProjectFiles => ({
  "config/domains/test.yaml": `endpoints:\n  it:\n${unindented(keys).replace(/^(?=.)/gm, "    ")}`,
});

function sourceOf(endpoint: Endpoint, step = 0): string {
  const found = endpoint.steps[step]!;
  return found.kind === "call" ? found.source.id : "none";
}

describe("routes by default", () => {
  test.each([
    ["no parameter", "response_mapping: 1", "GET /test/it"],
    [
      "one path parameter declared",
      "request: { path_params: { id: {} } }\nresponse_mapping: 1",
      "GET /test/it/{id}",
    ],
    ["one path parameter read", "response_mapping: $request.path_params.id", "GET /test/it/{id}"],
    ["a body declared", "request: { body: { type: object } }\nresponse_mapping: 1", "POST /test/it"],
    ["a body read", "response_mapping: $request.body.name", "POST /test/it"],
    ["a method said", "method: PUT\nrequest: { body: {} }\nresponse_mapping: 1", "PUT /test/it"],
    ["a rest", "path: /files/{path*}\nresponse_mapping: $request.path", "GET /files/{path*}"],
  ])("%s", (_, keys, route) => {
    const { method, path } = endpointIn(domain(keys), "it").route!;
    expect(`${method} ${path}`).toBe(route);
  });

  test("a step that writes makes it a POST", () => {
    expect(endpointIn(shop, "add", shopEnvironment).route!.method).toBe("POST");
  });

  test("two path parameters without a path cannot be guessed: each is reported", () => {
    const { lines } = check(domain("request: { path_params: { a: {}, b: {} } }\nresponse_mapping: 1"));
    expect(lines).toEqual([
      "config/domains/test.yaml:3:31 ROUTE_PARAMETER_UNUSED",
      "config/domains/test.yaml:3:38 ROUTE_PARAMETER_UNUSED",
    ]);
  });

  test("an internal endpoint has no route, and still a request", () => {
    const it = endpointIn(
      domain(
        "internal: true\nrequest: { path_params: { id: { type: integer } } }\nresponse_mapping: $request.id",
      ),
      "it",
    );
    expect(it.route).toBeUndefined();
    expect([...it.request.pathParams.keys()]).toEqual(["id"]);
  });
});

describe("`$request.x`", () => {
  const aliasesOf = (keys: string) => Object.fromEntries(endpointIn(domain(keys), "it").requestAliases);

  test("is a path parameter, a query parameter or a field of the body", () => {
    const request = "request: { query_params: { q: {} }, body: { type: object, properties: { b: {} } } }";
    const keys = `path: /things/{p}\n${request}\nresponse_mapping: [$request.p, $request.q, $request.b]`;
    expect(aliasesOf(keys)).toEqual({ p: "path_params", q: "query_params", b: "body" });
  });

  test("is not looked for in headers, whose names are lower case", () => {
    const keys =
      "request: { headers: { X-Tenant: {} } }\nresponse_mapping: \"{{ $request.headers['x-tenant'] }}\"";
    expect([...endpointIn(domain(keys), "it").request.headers.keys()]).toEqual(["x-tenant"]);
  });

  test("a body that may have more fields than it names can be read by them in full", () => {
    for (const open of [
      "additionalProperties: true",
      "anyOf: [{ required: [a] }]",
      "patternProperties: { ^x: {} }",
    ]) {
      const request = `request: { body: { type: object, properties: { a: {} }, ${open} } }`;
      expect(check(domain(`${request}\nresponse_mapping: $request.body.x`)).lines).toEqual([]);
    }
  });
});

describe("scopes", () => {
  const own = {
    ...shop,
    "config/domains/customers/database.yaml": unindented(`
      database:
        sources:
          default:
            connection_string: sqlite:///data/customers.db
        operations:
          list_visits:
            query: SELECT at FROM visits WHERE tag = :tag
    `),
  };

  test("a domain's own source takes the place of the global one, also in global operations", () => {
    const { lines } = check(own, shopEnvironment);
    expect(lines).toEqual(["config/domains/customers/database.yaml:3:5 NAME_SHADOWED"]);
    expect(sourceOf(endpointIn(own, "get_profile", shopEnvironment))).toBe("customers/database.default");
    expect(sourceOf(endpointIn(own, "list", shopEnvironment))).toBe("database.default");
  });

  test("a note is no error: the project has a configuration with both sources", () => {
    const { loaded, problems } = check(own, shopEnvironment);
    expect(problems.map(({ severity }) => severity)).toEqual(["note"]);
    expect(loaded.config!.sources.map(({ id }) => id)).toEqual([
      "database.default",
      "api.credit_api",
      "customers/database.default",
    ]);
  });

  test("what a domain defines is not seen by others", () => {
    const { lines } = check(
      {
        ...shop,
        "config/domains/orders.yaml": shop["config/domains/orders.yaml"].replace(
          "list_orders",
          "list_visits",
        ),
      },
      shopEnvironment,
    );
    expect(lines).toEqual(["config/domains/orders.yaml:11:20 OPERATION_UNKNOWN"]);
  });
});

describe("`source_id` by default", () => {
  const project = (sources: string): ProjectFiles => ({
    ...domain("data_sources: [{ name: a, type: database, operation: get }]"),
    "config/database.yaml": `database:\n  operations: { get: { query: SELECT 1 } }\n  sources:\n${sources}`,
  });
  const source = (name: string) => `    ${name}: { connection_string: "sqlite:///${name}.db" }\n`;

  test("is `default`, else the only source of the kind", () => {
    expect(sourceOf(endpointIn(project(source("one") + source("default")), "it"))).toBe("database.default");
    expect(sourceOf(endpointIn(project(source("one")), "it"))).toBe("database.one");
  });

  test("with several sources and no `default` it must be said", () => {
    expect(check(project(source("one") + source("two"))).lines).toEqual([
      "config/domains/test.yaml:3:58 SOURCE_UNCLEAR",
    ]);
  });
});

describe("environments", () => {
  const layered: ProjectFiles = {
    "config/base/config.yaml":
      "constants: { limit: 3, tags: [a, b], price: { net: 1, gross: 2 } }\napp: { name: Base }",
    "config/base/database.yaml": unindented(`
      database:
        sources: { default: { connection_string: "sqlite:///base.db", pool_size: 2 } }
        operations: { get: { query: SELECT 1 } }
    `),
    "config/base/domains/test.yaml": unindented(`
      endpoints:
        it:
          timeout: 1s
          data_sources: [{ name: a, type: database, operation: get }]
          response_mapping: { a: $a, limit: $const.limit }
    `),
    "config/production/config.yaml": "constants: { limit: 5, tags: [c], price: { gross: null } }",
    "config/production/domains/test.yaml": "endpoints: { it: { timeout: 250ms } }",
  };

  test("a file of the environment is laid over that of `base`, key by key", () => {
    const it = endpointIn(layered, "it", { ENVIRONMENT: "production" });
    expect(it.timeoutMs).toBe(250);
    expect(it.constants).toEqual({ limit: 5, tags: ["c"], price: { net: 1 } });
    const { config } = check(layered, { ENVIRONMENT: "production" }).loaded;
    expect(config).toMatchObject({ app: { name: "Base" }, environment: { name: "production" } });
  });

  test("a mistake is reported in the file of the layer that it stands in", () => {
    const files = {
      ...layered,
      "config/production/domains/test.yaml": "endpoints: { it: { timeout: 250 } }",
    };
    expect(check(files, { ENVIRONMENT: "production" }).lines).toEqual([
      "config/production/domains/test.yaml:1:29 CONFIG_UNIT_MISSING",
    ]);
  });

  test("a step of `base` may use what only the environment defines", () => {
    const files = {
      ...layered,
      "config/base/domains/test.yaml": "endpoints: { it: { response_mapping: $const.only } }",
      "config/production/config.yaml": "constants: { only: 1 }",
    };
    expect(check(files, { ENVIRONMENT: "production" }).lines).toEqual([]);
  });
});

describe("constants", () => {
  test("a domain's own win over those of config.yaml", () => {
    const files = {
      "config/config.yaml": "constants: { a: 1, b: 1 }",
      "config/domains/test.yaml":
        "constants: { b: 2 }\nendpoints: { it: { response_mapping: [$const.a, $const.b] } }",
    };
    expect(endpointIn(files, "it").constants).toEqual({ a: 1, b: 2 });
  });
});

test("what is left out has its default", () => {
  const { config } = check({ "config/domains/test.yaml": "" }).loaded;
  expect(config).toMatchObject({
    app: { name: "Orchestrator API", version: "1.0.0", debug: false },
    server: { host: "0.0.0.0", port: 8000, workers: 1, bodyLimitBytes: 1_048_576, shutdownTimeoutMs: 10_000 },
    api: { prefix: "/orchestrator", docsUrl: "/docs", redocUrl: "/redoc", openapiUrl: "/openapi.json" },
    logging: { level: "info", format: undefined },
    environment: { name: "development" },
  });
  expect(endpointIn(domain("response_mapping: 1"), "it").timeoutMs).toBe(30_000);
});

test("a step may say another effect than its operation", () => {
  const files = {
    ...domain("data_sources: [{ name: a, type: database, operation: get, effect: write }]"),
    "config/database.yaml":
      'database: { sources: { default: { connection_string: "sqlite:///a.db" } }, operations: { get: { query: SELECT 1 } } }',
  };
  const it = endpointIn(files, "it");
  expect(it.steps[0]!.effect).toBe("write");
  expect(it.route!.method).toBe("POST");
});

test.each([
  ["by itself is noted", {}, ["config/domains/test.yaml:6:65 CALLS_PER_ITEM"]],
  ["is meant where it says how many run at once", { ofStep: ", max_concurrency: 4" }, []],
  ["in a transaction has no other form", { ofEndpoint: "transaction: { source: default }" }, []],
])("a call for each item %s", (_what, { ofStep = "", ofEndpoint = "" }: Record<string, string>, found) => {
  const files = {
    "config/database.yaml": unindented(`
      database:
        sources: { default: { connection_string: "sqlite:///it.db" } }
        operations:
          all: { query: SELECT id FROM things }
          one: { query: "SELECT id FROM things WHERE id = :id", returns: one }
    `),
    ...domain(`
      ${ofEndpoint}
      data_sources:
        - { name: all, type: database, operation: all }
        - { name: each, type: database, operation: one, for_each: $all, params: { id: $item.id }${ofStep} }
      response_mapping: $each
    `),
  };
  expect(check(files).lines).toEqual(found);
});

test("a status may be a number that comes from a variable", () => {
  const files = domain('response_status: "${STATUS}"\nresponse_mapping: 1');
  expect(endpointIn(files, "it", { STATUS: "202" }).response.status!.compile()({ nowMs: 0 })).toBe(202);
  expect(check(files, { STATUS: "99" }).lines).toEqual(["config/domains/test.yaml:3:22 CONFIG_NUMBER_RANGE"]);
});

describe("a variable without a value", () => {
  const files: ProjectFiles = {
    ...shop,
    "config/database.yaml": shop["config/database.yaml"].replace("sqlite:///data/shop.db", "${SHOP_DB}"),
    "config/domains/test.yaml": unindented(`
      endpoints:
        it: { timeout: "\${LIMIT}", response_mapping: { region: $env.REGION, text: "\${GREETING}" } }
        guarded: { reject: [{ when: "\${CLOSED}" }], response_mapping: 1 }
    `),
  };
  const expected = [
    "config/database.yaml:6:26 VARIABLE_UNSET",
    "config/domains/test.yaml:2:19 VARIABLE_UNSET",
    "config/domains/test.yaml:2:58 VARIABLE_UNSET",
    "config/domains/test.yaml:2:78 VARIABLE_UNSET",
    "config/domains/test.yaml:3:32 VARIABLE_UNSET",
  ];

  test("is one error for each, and nothing follows from it", () => {
    const { lines, problems } = check(files, shopEnvironment);
    expect(lines).toEqual(expected);
    expect(problems.every(({ severity }) => severity === "error")).toBe(true);
  });

  test("is a warning where that is asked for, and nothing follows from it either", () => {
    const { lines, problems } = check(files, shopEnvironment, { unsetOk: true });
    expect(lines).toEqual(expected);
    expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
  });
});

describe("a key that is documented and not built", () => {
  test.each([["limits: { calls: 3 }", "response_mapping: 1"]])(
    "`%s` is one problem, whatever else uses it",
    (key, rest) => {
      expect(check(domain(`${key}\n${rest}`)).lines).toEqual([
        "config/domains/test.yaml:3:5 CONFIG_KEY_NOT_BUILT",
      ]);
    },
  );
});

describe("secrets", () => {
  const environment = { DB_PASSWORD: "hunter2-hunter2", DB_USER: "app" };
  const exposed = (line: number, column: number, file = "config/domains/test.yaml") => [
    `${file}:${line}:${column} CONFIG_SECRET_EXPOSED`,
  ];

  test.each([
    ["as a variable", "response_mapping: { a: $env.DB_PASSWORD }", 3, 28],
    ["in a text", 'response_mapping: "{{ $env.DB_PASSWORD }}!"', 3, 27],
    ["replaced in a text", 'response_mapping: { a: "${DB_USER}:${DB_PASSWORD}" }', 3, 28],
    ["in a header", "response_headers: { x-a: $env.DB_PASSWORD }\nresponse_mapping: 1", 3, 30],
    [
      "in the words of a guard",
      'reject: [{ when: true, detail: "{{ $env.DB_PASSWORD }}" }]\nresponse_mapping: 1',
      3,
      40,
    ],
  ])("%s of a response", (_, keys, line, column) => {
    expect(check(domain(keys), environment).lines).toEqual(exposed(line, column));
  });

  test.each([
    ["a computed step", "{ name: s, type: value, value: $env.DB_PASSWORD }"],
    ["a computed step with a replaced variable", '{ name: s, type: value, value: "${DB_PASSWORD}" }'],
    [
      "a computed step with a list",
      '{ name: s, type: value, for_each: "{{ [$env.DB_PASSWORD] }}", value: $item }',
    ],
    ["a transform", '{ name: s, type: value, value: 1, transform: "{{ [$value, $env.DB_PASSWORD] }}" }'],
    ["a fallback", "{ name: s, type: value, value: 1, on_error: { value: $env.DB_PASSWORD } }"],
    ["a constant", "{ name: s, type: value, value: $const.password }"],
  ])("through %s, and another step behind it", (_, step) => {
    const keys = `data_sources:\n  - ${step}\n  - { name: t, type: value, value: $s }\nresponse_mapping: { a: $t }`;
    const files = { ...domain(keys), "config/config.yaml": 'constants: { password: "${DB_PASSWORD}" }' };
    expect(check(files, environment).lines).toEqual(exposed(6, 28));
  });

  test("through a constant alone; a domain's harmless one of its name hides it", () => {
    const config = { "config/config.yaml": 'constants: { password: "${DB_PASSWORD}" }' };
    const keys = "response_mapping: { a: $const.password }";
    expect(check({ ...config, ...domain(keys) }, environment).lines).toEqual(exposed(3, 28));
    const harmless = {
      "config/domains/test.yaml": `constants: { password: none }\nendpoints: { it: { ${keys} } }`,
    };
    expect(check({ ...config, ...harmless }, environment).lines).toEqual([]);
  });

  test("may go to a source", () => {
    const { lines } = check(shop, shopEnvironment);
    expect(lines).toEqual([]);
  });

  test("in the query of an API call they would stand in its logs", () => {
    const files = {
      "config/domains/test.yaml": "",
      "config/integrations/api_sources.yaml": unindented(`
        api:
          sources:
            a:
              base_url: https://a.example
              operations: { get: { query: { key: $env.API_KEY } } }
      `),
    };
    expect(check(files, { API_KEY: "k" }).lines).toEqual(
      exposed(5, 42, "config/integrations/api_sources.yaml"),
    );
  });

  test.each([
    ["config/config.yaml", 'logging: { level: "${DB_PASSWORD}" }', "CONFIG_TYPE_WRONG"],
    ["config/config.yaml", 'server: { port: "${DB_PASSWORD}" }', "CONFIG_TYPE_WRONG"],
    ["config/config.yaml", 'execution: { timeout: "${DB_PASSWORD}" }', "CONFIG_TYPE_WRONG"],
    ["config/config.yaml", 'api: { prefix: "${DB_PASSWORD}" }', "CONFIG_VALUE_INVALID"],
    ["config/config.yaml", 'app: { debug: "${DB_PASSWORD}" }', "CONFIG_TYPE_WRONG"],
  ])("%s: `%s` is refused without printing the value", (file, text, code) => {
    const { problems } = check({ "config/domains/test.yaml": "", [file]: text }, environment);
    expect(problems.map((each) => each.code)).toEqual([code]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });
});

describe("variables and expressions", () => {
  test("`{{ }}` and `${ }` may stand side by side in one mapping", () => {
    const it = domain('response_mapping: { at: "{{ $system.timestamp }}", shop: "${SHOP}", price: "$$5" }');
    expect(check(it, { SHOP: "Corner" }).lines).toEqual([]);
  });

  test("the value of a variable is text, whatever it looks like", () => {
    const it = endpointIn(domain('response_mapping: "${TEXT}"'), "it", { TEXT: "{{ $env.HOME }}" });
    expect(it.response.body).toMatchObject({ kind: "formula", formula: { references: [] } });
  });

  test("a condition may be switched by a variable that is true or false", () => {
    const keys = 'reject: [{ when: "${CLOSED:-false}" }]\nresponse_mapping: 1';
    expect(check(domain(keys)).lines).toEqual([]);
    expect(check(domain(keys), { CLOSED: "$system" }).lines).toEqual([
      "config/domains/test.yaml:3:22 CONFIG_VALUE_INVALID",
    ]);
  });
});

test("a file with a syntax error is the only problem, though other files use what it defines", () => {
  for (const broken of Object.keys(shop)) {
    const files = { ...shop, [broken]: `${shop[broken as keyof typeof shop]}x: [\n` };
    expect(check(files, shopEnvironment).lines.map((line) => line.replace(/:\d+:\d+/, ""))).toEqual([
      `${broken} YAML_SYNTAX`,
    ]);
  }
});
