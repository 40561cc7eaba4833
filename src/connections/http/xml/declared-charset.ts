/** The charset that the first line of an XML document names, for an answer whose Content-Type names none. */
export function declaredCharset(body: Buffer): string | undefined {
  const start = body.subarray(0, 200).toString("latin1");
  return /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']/.exec(start)?.[1]?.toLowerCase();
}
