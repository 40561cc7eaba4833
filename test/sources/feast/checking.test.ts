import { afterEach, describe, expect, test } from "vitest";
import { feastProject } from "./feast-project.js";
import { indented, type SourceProject } from "../source-project.js";

let project: SourceProject;
afterEach(() => project.close());

/** The problems of a step with these `params`, each with its code, place and hint. */
function problemsOf(step: string, source = "repo_path: repo", repository = "sqlite-v3"): readonly string[] {
  const endpoints = `it:\n  path: /it\n  data_sources:\n    - name: stats\n      type: feast\n${indented(step, 6)}\n`;
  project = feastProject({ repository, source, endpoints });
  return project.loaded.problems.map(({ code, hint, location }) => {
    const place = location?.file.includes("domains") ? `${location.line}:${location.column}` : "source";
    return `${place} ${code}${hint === undefined ? "" : ` ${hint}`}`;
  });
}

describe("a step names what the registry has", () => {
  test("views, features and services, with the nearest name", () => {
    const of = (features: string) =>
      problemsOf(`params:\n  entity: { customer_id: "{{ 7 }}" }\n  ${features}`);
    expect(of("features: [customer_stat:orders_7d]")).toEqual([
      '9:22 FEATURE_VIEW_UNKNOWN Did you mean "customer_stats"?',
    ]);
    expect(of("features: [customer_stats:segment, customer_stats:orders_3d]")).toEqual([
      '9:46 FEATURE_UNKNOWN Did you mean "orders_7d"?',
    ]);
    expect(of("features: [customer_stat:orders_7d, customer_stats:orders_3d, orders]")).toEqual([
      '9:22 FEATURE_VIEW_UNKNOWN Did you mean "customer_stats"?',
      '9:47 FEATURE_UNKNOWN Did you mean "orders_7d"?',
      "9:73 FEATURE_REFERENCE_INVALID Write it as `view:feature`.",
    ]);
    expect(of("feature_service: svc_basics")).toEqual([
      '9:28 FEATURE_SERVICE_UNKNOWN Did you mean "svc_basic"?',
    ]);
    expect(of("features: [orders_7d]")).toEqual([
      "9:22 FEATURE_REFERENCE_INVALID Write it as `view:feature`.",
    ]);
    expect(of("features: [customer_stats:segment, customer_profile:segment]")[0]).toContain(
      "FEATURE_NAMES_COLLIDE",
    );
    expect(of("features: [customer_stats@v1:orders_7d]")[0]).toContain("FEATURE_VERSION_UNKNOWN");
    expect(of("features: [retired_view:old_score]")[0]).toContain("FEATURE_VIEW_DISABLED");
    expect(of("features: [shop/customer_stats:orders_7d]")).toEqual([]);
    expect(of("features: [other/customer_stats:orders_7d]")[0]).toContain("FEATURE_REFERENCE_INVALID");
  });

  test("join keys", () => {
    const of = (entity: string) =>
      problemsOf(`params:\n  entity: ${entity}\n  features: [customer_product:affinity]`);
    expect(of('{ customer_id: "{{ 7 }}", product_code: P-1 }')).toEqual([]);
    expect(of('{ customer_id: "{{ 7 }}", product_cod: P-1 }')).toEqual([
      '8:45 JOIN_KEY_UNKNOWN Did you mean "product_code"?',
    ]);
    expect(of('{ customer_id: "{{ 7 }}" }')).toEqual([
      "8:21 JOIN_KEY_MISSING Add `product_code: …` under `entity`.",
    ]);
  });

  test("its own params", () => {
    expect(problemsOf("params: { feature_service: svc_basic }")[0]).toContain("FEATURE_ENTITY_UNSPECIFIED");
    expect(problemsOf('params: { entity: { customer_id: "{{ 7 }}" } }')[0]).toContain("FEATURES_UNSPECIFIED");
    expect(problemsOf("params: { entity: {}, entitys: {}, feature_service: svc_basic }").join()).toContain(
      'FEATURE_PARAM_UNKNOWN Did you mean "entity"?',
    );
    expect(problemsOf("operation: get\nparams: { entities: [], feature_service: svc_basic }")[0]).toContain(
      "STEP_KEY_MISPLACED",
    );
    expect(problemsOf("max_age: 60\nparams: { entities: [], feature_service: svc_basic }")[0]).toContain(
      "CONFIG_UNIT_MISSING",
    );
    expect(
      problemsOf('params: { entities: [], feature_service: svc_basic, full_feature_names: "yes" }')[0],
    ).toContain("FEATURE_PARAM_INVALID");
  });

  test("the fields of its value are known", () => {
    const source = "repo_path: repo";
    const endpoints = `
it:
  path: /it
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, features: [customer_stats:orders_7d] }
  response_mapping: { orders: $stats.orders_3d, age: $meta.stats.features.orders_7d.status, old: $meta.stats.agee }
`;
    project = feastProject({ repository: "sqlite-v3", source, endpoints });
    expect(project.loaded.problems.map(({ code, hint, location }) => [code, hint, location?.column])).toEqual(
      [
        ["EXPRESSION_FIELD_UNKNOWN", 'Did you mean "orders_7d"?', 40],
        ["EXPRESSION_FIELD_UNKNOWN", 'Did you mean "age"?', 112],
      ],
    );
  });

  test("what needs Python needs a server", () => {
    const step =
      'params: { entity: { customer_id: "{{ 7 }}", discount: "{{ 1 }}" }, features: [discounted:spend_after_discount] }';
    expect(problemsOf(step)[0]).toContain("FEATURE_NEEDS_SERVER Start `feast serve`");
    expect(problemsOf(step, "repo_path: repo\nurl: http://localhost:6566")).toEqual([]);
  });

  test("what is wrong with the repository stands at the source, whoever looks at it first", () => {
    const step = "params: { entities: [], feature_service: svc_basic }";
    expect(problemsOf(step, "repo_path: nowhere")).toEqual(["source FILE_NOT_FOUND"]);
  });
});

describe("a source", () => {
  const codes = (source: string, files: Readonly<Record<string, string>> = {}) => {
    project = feastProject({ repository: "sqlite-v3", source, files });
    return project.loaded.problems.map(({ code, message }) => `${code} ${message}`);
  };

  test("says where it is", () => {
    expect(codes("ttl: report")[0]).toContain("FEAST_PLACE_MISSING");
    expect(codes("repo_path: elsewhere")[0]).toContain("FILE_NOT_FOUND");
  });

  test("an unsupported store names what can be read, and the server", () => {
    const yaml =
      "project: shop\nregistry: data/registry.db\nonline_store: { type: bigtable }\nentity_key_serialization_version: 3\n";
    const found = codes("repo_path: repo", { "repo/feature_store.yaml": yaml });
    expect(found[0]).toContain('FEAST_UNSUPPORTED This repository uses the online store "bigtable"');
    expect(project.loaded.problems[0]!.hint).toContain("url: http://localhost:6566");
    expect(
      codes("repo_path: repo", {
        "repo/feature_store.yaml": yaml
          .replace("data/registry.db", "s3://bucket/registry.db")
          .replace("bigtable", "sqlite"),
      })[0],
    ).toContain("s3://");
    expect(
      codes("repo_path: repo", { "repo/feature_store.yaml": yaml.replace("bigtable", "mysql") })[0],
    ).toContain("mysql");
  });

  test("a variable that is not set is named, and so is a broken file", () => {
    const yaml =
      "project: shop\nregistry: data/registry.db\nonline_store: { type: redis, connection_string: '${NO_SUCH}' }\nentity_key_serialization_version: 3\n";
    expect(codes("repo_path: repo", { "repo/feature_store.yaml": yaml })[0]).toContain(
      "needs the variable NO_SUCH",
    );
    expect(codes("repo_path: repo", { "repo/feature_store.yaml": "project: [" })[0]).toContain(
      "it is no YAML",
    );
    expect(codes("repo_path: repo", { "repo/data/registry.db": "nothing of the kind" })[0]).toContain(
      "FEAST_REGISTRY_INVALID",
    );
    expect(codes("repo_path: repo\nproject: other")[0]).toContain(
      'FEAST_PROJECT_UNKNOWN The registry has nothing of a project "other"',
    );
  });

  test("a key version that is not written is a warning", () => {
    const yaml =
      "project: shop\nregistry: data/registry.db\nonline_store: { type: sqlite, path: data/online_store.db }\n";
    expect(codes("repo_path: repo", { "repo/feature_store.yaml": yaml })).toEqual([
      expect.stringContaining("FEAST_KEY_VERSION_ASSUMED"),
    ]);
  });

  test("its services and its fallback are checked", () => {
    expect(
      codes("repo_path: repo\nfeature_services: { svc_basic: { features: [customer_stats:orders_7d] } }")[0],
    ).toContain("FEATURE_SERVICE_DUPLICATE");
    expect(
      codes("repo_path: repo\nfeature_services: { mine: { features: [customer_stats:order_7d] } }")[0],
    ).toContain("FEATURE_UNKNOWN");
    const fallback =
      "database_fallback: { table: t, entity_key: customer_id, mapping: { customer_stats:nope: x } }";
    expect(codes(`repo_path: repo\n${fallback}`).join()).toContain("SOURCE_UNKNOWN");
    expect(codes(`repo_path: repo\n${fallback}`).join()).toContain("FALLBACK_FEATURE_UNKNOWN");
  });

  test("an endpoint cannot stand where a source answers by itself", () => {
    project = feastProject({
      repository: "sqlite-v3",
      source: "repo_path: repo\nexpose: true",
      endpoints: "it:\n  path: /feast/default/health\n  response_mapping: { a: 1 }",
    });
    expect(project.loaded.problems.map(({ code }) => code)).toEqual(["ROUTE_RESERVED"]);
  });
});
