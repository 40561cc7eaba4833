import type { Cluster, Redis } from "ioredis";
import type { FoundHashes, HashFields, HashRead } from "./hash-read.js";

/** Reads of a cluster, whose hashes are on different servers: the driver knows on which. */
export async function readFromCluster(
  client: Redis | Cluster,
  reads: readonly HashRead[],
): Promise<FoundHashes> {
  const answers = await Promise.all(
    reads.map(({ keys, fields }) => Promise.all(keys.map((key) => readOne(client, key, fields)))),
  );
  const values: Buffer[] = [];
  let length = 0;
  const places = answers.map((hashes, read) => {
    const fieldCount = reads[read]!.fields.names.length;
    const found = new Int32Array(hashes.length * fieldCount * 2).fill(-1);
    for (const [hash, fields] of hashes.entries()) {
      for (const [field, value] of fields.entries()) {
        if (value === null) continue;
        const at = (hash * fieldCount + field) * 2;
        found[at] = length;
        length += value.length;
        found[at + 1] = length;
        values.push(value);
      }
    }
    return found;
  });
  return { bytes: Buffer.concat(values, length), places };
}

/** A whole hash comes as names and values in turn. Names are bytes, so no reader of the driver's may decode them. */
async function readOne(
  client: Redis | Cluster,
  key: Buffer,
  fields: HashFields,
): Promise<readonly (Buffer | null)[]> {
  if (!fields.isWhole) return client.hmgetBuffer(key, ...fields.names);
  const answer = (await client.callBuffer("HGETALL", key)) as Buffer[];
  const found = fields.names.map((): Buffer | null => null);
  for (let at = 0; at + 1 < answer.length; at += 2) {
    const name = answer[at]!;
    for (const position of fields.positionsOf(name, 0, name.length)) found[position] = answer[at + 1]!;
  }
  return found;
}
