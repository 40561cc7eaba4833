import { brotliCompress, constants, gzip } from "node:zlib";

export type Bytes = string | Uint8Array;
type Compressed = (error: Error | null, bytes: Buffer) => void;

/** The better one first. */
const codings: Readonly<Record<string, (bytes: Bytes, done: Compressed) => void>> = {
  // As quick as gzip, and smaller; the default of this one is for what is compressed once and kept.
  br: (bytes, done) => brotliCompress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }, done),
  gzip: (bytes, done) => gzip(bytes, done),
};

/** What bytes that are sent again and again became, by coding: it goes when they go. */
const known = new WeakMap<Uint8Array, Map<string, Buffer>>();

export const codingNames: readonly string[] = Object.keys(codings);

/** Compresses in a thread; the same bytes only once, as long as somebody keeps them. */
export function compress(bytes: Bytes, coding: string, done: Compressed): void {
  if (typeof bytes === "string") return codings[coding]!(bytes, done);
  const before = known.get(bytes)?.get(coding);
  if (before !== undefined) return done(null, before);
  codings[coding]!(bytes, (error, made) => {
    if (error === null) known.set(bytes, (known.get(bytes) ?? new Map<string, Buffer>()).set(coding, made));
    done(error, made);
  });
}
