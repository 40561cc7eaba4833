import { readTimestamp, type Timestamp } from "../protobuf/timestamp.js";
import { WireReader } from "../../../connections/protobuf/wire-reader.js";

/** All features of a service for one entity, in one piece (`feast.core.PrecomputedFeatureVector`). */
export interface PrecomputedVector {
  /** By full name: the bytes of a value. */
  readonly values: ReadonlyMap<string, Buffer>;
  /** By view: the time of its row. */
  readonly times: ReadonlyMap<string, Timestamp>;
  readonly computedAt: Timestamp | undefined;
}

/** Throws WireError. */
export function readPrecomputedVector(bytes: Buffer): PrecomputedVector {
  const reader = new WireReader(bytes);
  const names: string[] = [];
  const values: Buffer[] = [];
  const times = new Map<string, Timestamp>();
  let computedAt: Timestamp | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) names.push(reader.text());
    else if (field === 2) values.push(reader.block());
    else if (field === 3) times.set(...readViewTime(reader.message()));
    else if (field === 4) computedAt = readTimestamp(reader.message());
    else reader.skip();
  }
  const byName = new Map(names.map((name, index) => [name, values[index] ?? Buffer.alloc(0)]));
  return { values: byName, times, computedAt };
}

function readViewTime(reader: WireReader): [string, Timestamp] {
  let name = "";
  let time: Timestamp = { seconds: 0, nanos: 0 };
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) name = reader.text();
    else if (field === 2) time = readTimestamp(reader.message());
    else reader.skip();
  }
  return [name, time];
}

/** The bytes of the vector itself inside the stored value of type BYTES. Throws WireError. */
export function vectorBytes(stored: Buffer): Buffer | undefined {
  const reader = new WireReader(stored);
  let bytes: Buffer | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) bytes = reader.block();
    else reader.skip();
  }
  return bytes;
}
