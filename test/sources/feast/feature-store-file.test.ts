import { afterEach, describe, expect, test } from "vitest";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";

let project: SourceProject;
afterEach(() => project.close());

interface Given {
  readonly source?: string;
  readonly repository?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** The problems of a source whose repository has this `feature_store.yaml`, with their places. */
function problemsOf(yaml: string, { source = "repo_path: repo", repository, files, env }: Given = {}) {
  project = feastProject({
    repository: repository ?? "sqlite-v3",
    source,
    files: { "repo/feature_store.yaml": yaml, ...files },
    env,
  });
  return project.loaded.problems.map(({ code, severity, message, hint, location }) => {
    const place = `${location?.file}:${location?.line}:${location?.column}`;
    return { place, code, severity, message, hint };
  });
}

/** The settings of a repository in SQLite, with more of them. */
const sqlite = (more = "", registry = "registry: data/registry.db", store = "") => `project: shop
${registry}
online_store:
  type: sqlite
  path: data/online_store.db${store}
entity_key_serialization_version: 3
${more}`;

const server = (store: string, more = "") => `project: shop
registry: data/registry.db
online_store:
  type: remote
${store.replaceAll(/^/gm, "  ")}
entity_key_serialization_version: 3
${more}`;

describe("settings of feature_store.yaml", () => {
  test("all that is of applying, materializing and of Feast's own servers is taken without a word", () => {
    const others = `project_description: A shop
provider: local
offline_store: { type: dask }
feature_server: { type: local, transformation_service_endpoint: "localhost:6569" }
batch_engine: { type: local }
materialization: { pull_latest_features: true }
flags: {}
coerce_tz_aware: true
openlineage: { enabled: false }
mlflow: {}
embedding_model: { model: m }
data_quality_monitoring: {}
auth: no_auth
`;
    const registry =
      "registry: { path: data/registry.db, cache_mode: thread, cache_ttl_seconds: 5, purge_feast_metadata: false, s3_additional_kwargs: {}, mcp: {} }";
    expect(problemsOf(sqlite(others, registry, "\n  vector_enabled: true"))).toEqual([]);
  });

  test.each([
    ["top level", sqlite("entity_key_serialisation_version: 2\n"), "7:1", "entity_key_serialisation_version"],
    ["store", sqlite("", undefined, "\n  pth: x"), "6:3", "online_store.pth"],
    [
      "registry",
      sqlite("", "registry: { path: data/registry.db, cache_ttl: 5 }"),
      "2:37",
      "registry.cache_ttl",
    ],
    ["auth", sqlite("auth: { type: oidc, secret: x }\n"), "7:21", "auth.secret"],
  ])("what is not known is told, with its place: %s", (_, yaml, place, name) => {
    expect(problemsOf(yaml)).toEqual([
      {
        place: `repo/feature_store.yaml:${place}`,
        code: "FEAST_SETTING_UNUSED",
        severity: "warning",
        message: `"${name}" has no effect here: it is not known.`,
        hint: expect.stringMatching(/^(Did you mean|Known)/),
      },
    ]);
  });

  test("`read_path` is of SQL registries; `connect_args` for their driver stand in the URL", () => {
    const of = (registry: string) =>
      problemsOf(sqlite("", registry)).map(({ place, message }) => `${place} ${message}`);
    expect(of("registry: { path: data/registry.db, read_path: elsewhere.db }")).toEqual([
      'repo/feature_store.yaml:2:37 "registry.read_path" has no effect here: it is not known.',
    ]);
    const kwargs = "sqlalchemy_config_kwargs: { echo: false, connect_args: { sslmode: require } }";
    expect(of(`registry: { registry_type: sql, path: "postgresql://u@h/d", ${kwargs} }`)).toEqual([
      'repo/feature_store.yaml:2:102 "registry.sqlalchemy_config_kwargs.connect_args" has no effect here: what to connect with stands in the URL of the registry.',
    ]);
  });

  test.each([
    ["cache_ttl_seconds: soon", '2:37 FEAST_REPOSITORY_INVALID "registry.cache_ttl_seconds" is no number'],
    [
      "registry_store_type: my.own.Store",
      '2:37 FEAST_UNSUPPORTED This repository uses the registry store "my.own.Store"',
    ],
    ["registry_store_type: FileRegistryStore", undefined],
  ])("of a registry in a file: %s", (setting, wanted) => {
    const found = problemsOf(sqlite("", `registry: { path: data/registry.db, ${setting} }`));
    const shown = found.map(({ place, code, message }) => `${place} ${code} ${message}`).join();
    if (wanted === undefined) return expect(shown).toBe("");
    const [place, code, ...words] = wanted.split(" ");
    expect(shown).toContain(`repo/feature_store.yaml:${place} ${code} `);
    expect(shown).toContain(words.join(" "));
  });

  test("a variable does not move the places behind it", () => {
    const yaml = sqlite("", 'registry: { path: "$REGISTRY", cache_ttl: 5 }');
    const env = { REGISTRY: "./data/../data/registry.db" };
    expect(problemsOf(yaml, { env }).map(({ place }) => place)).toEqual(["repo/feature_store.yaml:2:32"]);
  });

  test("a broken text, a missing setting and a store class of one's own have their places", () => {
    const of = (yaml: string) => problemsOf(yaml).map(({ place, code }) => `${place} ${code}`);
    expect(of("project: shop\nregistry: [")).toEqual([
      "repo/feature_store.yaml:2:12 FEAST_REPOSITORY_INVALID",
    ]);
    expect(of("project: shop\n")).toEqual(["repo/feature_store.yaml:1:1 FEAST_REPOSITORY_INVALID"]);
    const own = sqlite().replace("type: sqlite", "type: my_package.FastRedisOnlineStore");
    expect(of(own)).toEqual(["repo/feature_store.yaml:4:3 FEAST_UNSUPPORTED"]);
    const feasts = sqlite().replace(
      "type: sqlite",
      "type: feast.infra.online_stores.sqlite.SqliteOnlineStore",
    );
    expect(of(feasts)).toEqual([]);
  });
});

describe("`connection_string` of Redis", () => {
  const of = (text: string) =>
    problemsOf(
      `project: shop\nregistry: data/registry.db\nonline_store:\n  type: redis\n  connection_string: "${text}"\nentity_key_serialization_version: 3\n`,
    ).map(({ place, message }) => `${place} ${message}`);

  test.each([
    ["r:6379,db=first", 'parameter "db" that is no number'],
    ["r:6379,socket_timeout=1s", 'parameter "socket_timeout" that is no number'],
    ["r:6379,ssl=maybe", 'parameter "ssl" that is neither true nor false'],
    ["r:6379,ssl=true,ssl_cert_reqs=sometimes", 'parameter "ssl_cert_reqs" that is not one of'],
    ["r:6379,decode_responses=true", 'parameter "decode_responses" that is not known'],
  ])("%s", (text, words) => {
    const [found] = of(text);
    expect(found).toContain(`repo/feature_store.yaml:5:3 "repo/feature_store.yaml" cannot be used`);
    expect(found).toContain(words);
  });

  test("`ssl=1` is true, as in Python", () => {
    expect(of("r:6379,ssl=1,ssl_ca_certs=ca.pem").join()).toContain("ca.pem");
    expect(of("r:6379,ssl=0,ssl_ca_certs=ca.pem")).toEqual([]);
  });
});

describe("files of certificates", () => {
  const postgres = (settings: string) =>
    `project: shop\nregistry: data/registry.db\nonline_store:\n  type: postgres\n  host: h\n  database: d\n  user: u\n  password: p\n${settings}\nentity_key_serialization_version: 3\n`;
  const places = (yaml: string, given?: Given) =>
    problemsOf(yaml, given).map(({ place, code }) => `${place} ${code}`);

  test.each([
    [
      "the store in Redis",
      "project: shop\nregistry: data/registry.db\nonline_store:\n  type: redis\n  connection_string: r:6379,ssl=true,ssl_ca_certs=missing.pem\nentity_key_serialization_version: 3\n",
      "5:3",
    ],
    ["the store in PostgreSQL", postgres("  sslmode: verify-full\n  sslrootcert_path: missing.pem"), "10:3"],
    [
      "the registry in PostgreSQL",
      sqlite(
        "",
        "registry:\n  registry_type: sql\n  path: postgresql://u@h/d?sslmode=verify-ca&sslrootcert=missing.pem",
      ),
      "4:3",
    ],
    ["the feature server", server("cert: missing.pem"), "5:3"],
  ])("one that is missing is a problem at its setting: %s", (_, yaml, place) => {
    expect(places(yaml)).toEqual([`repo/feature_store.yaml:${place} FILE_NOT_FOUND`]);
  });

  test("one that is no certificate is, too", () => {
    const found = problemsOf(postgres("  sslrootcert_path: data/registry.db\n  sslcert_path: a.pem"), {
      files: { "repo/a.pem": "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n" },
    });
    expect(found.map(({ place }) => place)).toEqual(["repo/feature_store.yaml:9:3"]);
    expect(found[0]!.message).toContain("its certificates cannot be used");
  });

  test("none is looked for where nothing is encrypted", () => {
    expect(places(postgres("  sslmode: disable\n  sslrootcert_path: missing.pem"))).toEqual([]);
    expect(places(postgres("  sslmode: verify-full\n  sslrootcert_path: system"))).toEqual([]);
    expect(places(postgres("  sslmode: encrypted"))).toEqual([
      "repo/feature_store.yaml:9:3 FEAST_REPOSITORY_INVALID",
    ]);
  });
});

describe("`auth` of feature_store.yaml", () => {
  const codes = (yaml: string, given?: Given) =>
    problemsOf(yaml, given).map(({ place, code }) => `${place} ${code}`);
  const oidc = "auth: { type: oidc, auth_discovery_url: https://id.example, client_id: shop }\n";

  test("an exposed store does not ask what Feast's server would ask: who may read is to be said", () => {
    const exposed = (expose: string) => codes(sqlite(oidc), { source: `repo_path: repo\nexpose: ${expose}` });
    const warned = ["config/integrations/feast_config.yaml:5:15 FEAST_PERMISSIONS_UNCHECKED"];
    expect(exposed("true")).toEqual(warned);
    expect(exposed("{ rate_limit: false }").join()).toContain("FEAST_PERMISSIONS_UNCHECKED");
    expect(exposed("{ auth: none }")).toEqual([]);
    expect(exposed("false")).toEqual([]);
  });

  test.each([
    ["{}", "7:1", '"auth.type" is missing'],
    ["{ type: ldap }", "7:9", '"auth.type" is "ldap"'],
  ])("%s cannot be used", (auth, place, words) => {
    const [found] = problemsOf(sqlite(`auth: ${auth}\n`));
    expect(found!.place).toBe(`repo/feature_store.yaml:${place}`);
    expect(found!.message).toContain(words);
  });

  test("a token that a feature server wants must be there", () => {
    const of = (auth: string, given?: Given) =>
      codes(server("path: http://features:6566", `auth: ${auth}\n`), given);
    const invalid = (column: number) => [`repo/feature_store.yaml:7:${column} FEAST_REPOSITORY_INVALID`];
    expect(of("{ type: oidc, token_env_var: NO_SUCH }")).toEqual(invalid(21));
    expect(of("{ type: oidc, token: a, token_env_var: B }", { env: { B: "b" } })).toEqual(invalid(31));
    expect(of("{ type: kubernetes }")).toEqual([]);
    const provider = "{ type: oidc, client_secret: s, client_id: c, auth_discovery_url: https://id.example }";
    expect(of(provider)).toEqual(["repo/feature_store.yaml:7:1 FEAST_TOKEN_UNAVAILABLE"]);
    const own = "{ type: bearer, token: $T }".replace("$T", '"${FEAST_TOKEN}"');
    const source = `repo_path: repo\nauth: ${own}`;
    expect(of(provider, { source, env: { FEAST_TOKEN: "t" } })).toEqual([]);
  });
});

describe("keys of a source that would do nothing", () => {
  const of = (source: string, repository = "sqlite-v3") => {
    project = feastProject({ repository, source });
    return project.loaded.problems.map(
      ({ code, message, location }) => `${location?.line} ${code} ${message}`,
    );
  };

  test.each([
    ["repo_path: repo\nheaders: { x-team: shop }", '"headers" has no meaning without a feature server.'],
    [
      "repo_path: repo\nrequest_context: [discount]",
      '"request_context" has no meaning without a feature server.',
    ],
    ["repo_path: repo\nmax_response: 1mb", '"max_response" has no meaning for this store.'],
    [
      "url: http://features:6566\nbatching: { max_size: 5 }",
      '"batching" has no meaning without `repo_path`.',
    ],
    ["url: http://features:6566\nproject: shop", '"project" has no meaning without `repo_path`.'],
  ])("%s", (source, words) => {
    expect(of(source).join()).toContain(`5 CONFIG_VALUE_INVALID ${words}`);
  });

  test("where the store is a server, nothing is read natively", () => {
    const yaml = server("path: http://features:6566");
    const source = "repo_path: repo\nregistry_refresh: 5s\nheaders: { x-team: shop }";
    expect(problemsOf(yaml, { source }).map(({ message }) => message)).toEqual([
      '"registry_refresh" has no meaning where a feature server is the online store.',
    ]);
  });
});
