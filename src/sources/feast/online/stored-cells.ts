import { decodeValue, type ValueForm } from "../protobuf/decode-value.js";
import type { Timestamp } from "../protobuf/timestamp.js";

const absent = -1;
const objectBytes = 400;
const timeBytes = 50;

/** What was found of one view. Keys and features are numbers. */
export interface Cells {
  /** `undefined` also where nothing is there at all. */
  time(key: number): Timestamp | undefined;
  /** `undefined` where there is no such cell. Throws WireError. */
  decode<T>(key: number, feature: number, form: ValueForm<T>): T | undefined;
  /** The bytes of a value; `undefined` where there is no such cell. */
  bytesOf(key: number, feature: number): Buffer | undefined;
}

/**
 * What a store has of one view: for each key a time, and for each key and feature where its value stands in `bytes`.
 * No bytes are a null. Values are decoded from there only when they are asked for, and none is an object before.
 */
export class StoredCells implements Cells {
  /** By key. */
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

  /** About how many bytes of memory it takes. `bytes` count with each view that has its values there. */
  get size(): number {
    return objectBytes + this.bytes.length + this.places.byteLength + this.times.length * timeBytes;
  }

  place(key: number, feature: number, start: number, end: number): void {
    const at = (key * this.features + feature) * 2;
    this.places[at] = start;
    this.places[at + 1] = end;
  }

  has(key: number, feature: number): boolean {
    return this.places[(key * this.features + feature) * 2] !== absent;
  }

  time(key: number): Timestamp | undefined {
    return this.times[key];
  }

  decode<T>(key: number, feature: number, form: ValueForm<T>): T | undefined {
    const at = (key * this.features + feature) * 2;
    const start = this.places[at]!;
    return start === absent ? undefined : decodeValue(this.bytes, form, start, this.places[at + 1]!);
  }

  bytesOf(key: number, feature: number): Buffer | undefined {
    const at = (key * this.features + feature) * 2;
    const start = this.places[at]!;
    return start === absent ? undefined : this.bytes.subarray(start, this.places[at + 1]!);
  }
}
