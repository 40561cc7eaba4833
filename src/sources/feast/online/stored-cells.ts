import { decodeValue, type ValueForm } from "../protobuf/decode-value.js";
import type { Timestamp } from "../protobuf/timestamp.js";

const absent = -1;

/**
 * What a store has of one view: for each key a time, and for each key and feature where its value stands in `bytes`.
 * No bytes are a null. Values are decoded from there only when they are asked for, and none is an object before.
 */
export class StoredCells {
  /** By key; `undefined` also where nothing is there at all. */
  readonly times: (Timestamp | undefined)[];
  /** Set before anything is asked for. */
  bytes: Buffer;
  /** How many there are. */
  readonly features: number;
  /** For each cell, where its value begins and where it ends. */
  private readonly places: Int32Array;

  constructor(keys: number, features: number, bytes: Buffer) {
    this.times = new Array<Timestamp | undefined>(keys).fill(undefined);
    this.features = features;
    this.places = new Int32Array(keys * features * 2).fill(absent);
    this.bytes = bytes;
  }

  /** How many values there may be. */
  get count(): number {
    return this.times.length * this.features;
  }

  place(key: number, feature: number, start: number, end: number): void {
    const at = (key * this.features + feature) * 2;
    this.places[at] = start;
    this.places[at + 1] = end;
  }

  has(key: number, feature: number): boolean {
    return this.places[(key * this.features + feature) * 2] !== absent;
  }

  /** `undefined` where there is no such cell. Throws WireError. */
  decode<T>(key: number, feature: number, form: ValueForm<T>): T | undefined {
    const at = (key * this.features + feature) * 2;
    const start = this.places[at]!;
    return start === absent ? undefined : decodeValue(this.bytes, form, start, this.places[at + 1]!);
  }

  /** The bytes of a value; `undefined` where there is no such cell. */
  bytesOf(key: number, feature: number): Buffer | undefined {
    const at = (key * this.features + feature) * 2;
    const start = this.places[at]!;
    return start === absent ? undefined : this.bytes.subarray(start, this.places[at + 1]!);
  }
}
