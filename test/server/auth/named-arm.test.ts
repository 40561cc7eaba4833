import { expect, test } from "vitest";
import { hashOf, startShop } from "./guarded-shop.js";

const endpoint = (name: string, more: string) => `  ${name}:
    auth: api_key${more}
    data_sources:
      - name: it
        type: database
        traffic:
          header: X-Model
          roles: [tester]
          arms: [{ operation: stable, weight: 1 }, { operation: next, weight: 0 }]
    response_mapping: { value: $it, arm: $meta.it.arm }
`;

const endpoints = endpoint("it", "") + endpoint("kept", "\n    cache: { ttl: 1m }");

const files = {
  "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///it.db" } }
  operations:
    stable: { query: SELECT 1 AS n, returns: value }
    next: { query: SELECT 2 AS n, returns: value }
`,
  "data/api-keys.yaml": `keys:
  - { sha256: ${hashOf("oak_tester")}, name: tester, roles: [tester] }
  - { sha256: ${hashOf("oak_other")}, name: other, roles: [boss] }
`,
};

test.each(["it", "kept"])(
  "a caller with one of the roles names the arm; the header of another counts for nothing: %s",
  async (name) => {
    const { get } = await startShop("  api_keys: { file: data/api-keys.yaml }\n", endpoints, files);
    const ask = async (key: string, model?: string) => {
      const headers = { "x-api-key": key, ...(model === undefined ? {} : { "x-model": model }) };
      const { status, body } = await get(`/orchestrator/shop/${name}`, headers);
      return [status, status === 200 ? body["arm"] : body["code"]];
    };
    expect(await ask("oak_tester")).toEqual([200, "stable"]);
    expect(await ask("oak_tester", "next")).toEqual([200, "next"]);
    expect(await ask("oak_tester", "nxt")).toEqual([400, "TRAFFIC_ARM_UNKNOWN"]);
    expect(await ask("oak_other", "next")).toEqual([200, "stable"]);
    expect(await ask("oak_other", "nxt")).toEqual([200, "stable"]);
    expect(await ask("oak_tester", "next")).toEqual([200, "next"]);
  },
);
