/** Whether a reply may have this status; below 200 there is no final reply. */
export function isReplyStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
}

const framingHeaders = /^(?:connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** Whether a header says where a message ends, or what becomes of its connection: those are the server's alone. */
export function isFramingHeader(name: string): boolean {
  return framingHeaders.test(name);
}
