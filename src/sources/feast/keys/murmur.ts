/** MurmurHash3 in the two forms that Feast uses, both with seed 0. */

/** x86, 32 bits: as four bytes, the lowest first. */
export function murmur32(bytes: Buffer): Buffer {
  const blocks = bytes.length & ~3;
  let hash = 0;
  for (let at = 0; at < blocks; at += 4) {
    hash ^= mixed32(bytes.readInt32LE(at));
    hash = (Math.imul(rotated32(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks; at--) tail = (tail << 8) | bytes[at]!;
  if (bytes.length > blocks) hash ^= mixed32(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const answer = Buffer.alloc(4);
  answer.writeInt32LE(hash ^ (hash >>> 16));
  return answer;
}

function mixed32(block: number): number {
  return Math.imul(rotated32(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function rotated32(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;

/** x64, 128 bits: as 32 hexadecimal digits, both halves with the lowest byte first. */
export function murmur128(bytes: Buffer): string {
  const blocks = bytes.length & ~15;
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < blocks; at += 16) {
    h1 ^= mixed64(bytes.readBigUInt64LE(at), c1, 31n, c2);
    h1 = cut(cut(rotated64(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= mixed64(bytes.readBigUInt64LE(at + 8), c2, 33n, c1);
    h2 = cut(cut(rotated64(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, blocks);
  h1 ^= mixed64(tail.readBigUInt64LE(0), c1, 31n, c2);
  h2 ^= mixed64(tail.readBigUInt64LE(8), c2, 33n, c1);
  const length = BigInt(bytes.length);
  [h1, h2] = added(h1 ^ length, h2 ^ length);
  [h1, h2] = added(finished(h1), finished(h2));
  const answer = Buffer.alloc(16);
  answer.writeBigUInt64LE(h1, 0);
  answer.writeBigUInt64LE(h2, 8);
  return answer.toString("hex");
}

function mixed64(block: bigint, first: bigint, by: bigint, second: bigint): bigint {
  return cut(rotated64(cut(block * first), by) * second);
}

function rotated64(value: bigint, by: bigint): bigint {
  return cut(value << by) | (value >> (64n - by));
}

function added(h1: bigint, h2: bigint): [bigint, bigint] {
  const first = cut(h1 + h2);
  return [first, cut(h2 + first)];
}

function finished(hash: bigint): bigint {
  const once = cut((hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  const twice = cut((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}

function cut(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
