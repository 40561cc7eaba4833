import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { createApp } from "../../src/server/app.js";
import { exchange } from "./project.js";

/** A service with a database and an upstream that answers the path it was asked for. */
export interface Shop {
  readonly port: number;
  /** What no reply may tell. */
  readonly upstreamAddress: string;
  /** Fails unless a good request, which reads the database and the upstream, is answered. */
  expectGood(): Promise<void>;
  close(): Promise<void>;
}

const files = (upstreamUrl: string) => ({
  "data/schema.sql": `CREATE TABLE notes (author TEXT, text TEXT);
INSERT INTO notes VALUES ('ada', 'first');
`,
  "config/config.yaml": "server: { body_limit: 64kb }\n",
  "config/database.yaml": `database:
  sources:
    default: { connection_string: "sqlite:///data/notes.db", init_sql: data/schema.sql }
  operations:
    find: { query: "SELECT text FROM notes WHERE author = :author" }
    add: { query: "INSERT INTO notes VALUES (:author, :text)" }
`,
  "config/integrations/api_sources.yaml": `api:
  sources:
    items:
      base_url: ${upstreamUrl}
      operations: { get: { path: "/items/{id}" } }
`,
  "config/domains/notes.yaml": `endpoints:
  good:
    data_sources:
      - { name: notes, type: database, operation: find, params: { author: ada } }
      - { name: thing, type: api, operation: get, params: { id: 1 } }
  find:
    request:
      query_params: { author: { type: string } }
      headers: { x-limit: { type: integer } }
    data_sources:
      - { name: notes, type: database, operation: find, params: { author: $request.author } }
    response_mapping: "{{ $request.headers['x-limit'] == null ? $notes : $notes.slice(0, $request.headers['x-limit']) }}"
  remote:
    path: /remote/{id}
    data_sources:
      - { name: thing, type: api, operation: get, params: { id: $request.id } }
  numbers:
    path: /numbers/{id}
    request: { path_params: { id: { type: integer } } }
    response_mapping: $request.id
  echo:
    request: { body: {} }
    response_mapping: $request.body
  add:
    request:
      body:
        type: object
        properties: { author: { type: string }, text: { type: string }, count: { type: integer } }
        required: [author, text]
    data_sources:
      - { name: write, type: database, operation: add, params: { author: $request.author, text: $request.text } }
`,
});

export async function openShop(): Promise<Shop> {
  const upstream = createServer((request, response) => response.end(JSON.stringify(request.url)));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const upstreamAddress = `127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  for (const [path, content] of Object.entries(files(`http://${upstreamAddress}`))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const app = await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
  const port = Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
  return {
    port,
    upstreamAddress,
    async expectGood() {
      const { status, body } = await exchange(port, { target: "/orchestrator/notes/good" });
      expect([status, body]).toEqual([200, '{"notes":[{"text":"first"}],"thing":"/items/1"}']);
    },
    async close() {
      await app.close();
      upstream.close();
      upstream.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
