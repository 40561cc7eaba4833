// A Feast repository with as many views as wanted, made without Python: registry, and rows in SQLite or Redis.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadDriver } from "../dist/connections/sqlite/driver.js";
import { KeyEncoder } from "../dist/sources/feast/keys/key-encoder.js";
import { fieldOf } from "../dist/sources/feast/online/redis-store.js";

export const viewCount = 5;
export const featuresOfView = 10;
export const entityCount = 1_000;
const project = "bench";
const views = Array.from({ length: viewCount }, (_, view) => `view_${view}`);
const features = Array.from({ length: featuresOfView }, (_, feature) => `feature_${feature}`);
const seconds = Math.floor(Date.now() / 1_000);

/** References to `count` features, spread over `viewsUsed` views. */
export function references(count, viewsUsed) {
  return Array.from({ length: count }, (_, index) => {
    const feature = `feature_${Math.floor(index / viewsUsed)}`;
    return `view_${index % viewsUsed}:${feature}`;
  });
}

export function writeRepository(folder, onlineStore) {
  mkdirSync(join(folder, "data"), { recursive: true });
  const yaml = [`project: ${project}`, "registry: data/registry.db", `online_store: ${onlineStore}`];
  writeFileSync(
    join(folder, "feature_store.yaml"),
    `${[...yaml, "entity_key_serialization_version: 3"].join("\n")}\n`,
  );
  writeFileSync(join(folder, "data/registry.db"), registry());
}

export async function fillSqlite(path) {
  const { DatabaseSync } = loadDriver();
  const database = new DatabaseSync(path);
  for (const view of views) {
    const table = `"${project}_${view}"`;
    database.exec(`CREATE TABLE ${table} (entity_key BLOB, feature_name TEXT, value BLOB, event_ts timestamp,
      created_ts timestamp, PRIMARY KEY (entity_key, feature_name)); CREATE INDEX "${view}_ek" ON ${table} (entity_key)`);
    const insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, NULL)`);
    database.exec("BEGIN");
    for (let id = 0; id < entityCount; id++) {
      for (const [index, feature] of features.entries())
        insert.run(keyOf(id), feature, valueOf(id, index), seconds);
    }
    database.exec("COMMIT");
  }
  database.close();
}

export async function fillRedis(client) {
  for (let id = 0; id < entityCount; id++) {
    const fields = views.flatMap((view) => [
      ...features.flatMap((feature, index) => [fieldOf(view, feature), valueOf(id, index)]),
      ...[Buffer.from(`_ts:${view}`), varintField(1, seconds)],
    ]);
    await client.hset(Buffer.concat([keyOf(id), Buffer.from(project)]), ...fields);
  }
}

const encoder = new KeyEncoder(["customer_id"], 3);
const keyOf = (id) => encoder.encode([{ type: 4, value: BigInt(id) }]);

function valueOf(id, index) {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x29;
  bytes.writeDoubleLE(id + index / 10, 1);
  return bytes;
}

function registry() {
  const entity = block(
    1,
    block(1, Buffer.concat([text(1, "customer"), text(4, "customer_id"), text(9, project)])),
  );
  const key = block(12, Buffer.concat([text(1, "customer_id"), varintField(2, 4)]));
  const fields = features.map((name) => block(4, Buffer.concat([text(1, name), varintField(2, 5)])));
  const ofView = (name) => [
    text(1, name),
    text(2, project),
    text(3, "customer"),
    ...fields,
    varintField(8, 1),
    key,
  ];
  const written = views.map((name) => block(6, block(1, Buffer.concat(ofView(name)))));
  return Buffer.concat([entity, ...written, block(17, block(1, text(1, project)))]);
}

function block(field, bytes) {
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function text(field, value) {
  return block(field, Buffer.from(value));
}

function varintField(field, value) {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}
