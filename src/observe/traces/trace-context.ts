import { randomFillSync } from "node:crypto";

/** Where a request is in a trace, as `traceparent` of W3C says it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The span of the caller; `undefined` where the trace begins here. */
  readonly parentId: string | undefined;
  /** What the caller has decided; `undefined` where it is ours to decide. */
  readonly isSampled: boolean | undefined;
}

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads `traceparent`. One that is missing or wrong begins a new trace, as the standard asks. */
export function readTraceContext(header: string | undefined): TraceContext {
  const [, version, traceId, parentId, flags, more] = form.exec(header ?? "") ?? [];
  const isWrong =
    version === undefined ||
    version === "ff" ||
    (version === "00" && more !== undefined) ||
    /^0+$/.test(traceId!) ||
    /^0+$/.test(parentId!);
  if (isWrong) return { traceId: randomHex(16), parentId: undefined, isSampled: undefined };
  return { traceId: traceId!, parentId, isSampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

export function traceparent(traceId: string, spanId: string, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

export function newSpanId(): string {
  return randomHex(8);
}

/** Random bytes are dear one by one. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
