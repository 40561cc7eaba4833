import { FaultError, type SqlFault, type SqlFaultKind } from "../sql/sql-fault.js";

export { faultError } from "../sql/sql-fault.js";

/** What an error of the driver means. */
export function faultOf(error: unknown): SqlFault {
  if (error instanceof FaultError) return error.fault;
  const { errcode, message } = error as { errcode?: number; message?: string };
  const kind = kinds[(errcode ?? 0) & 0xff] ?? kindByWords(message ?? "");
  return { kind, message: message ?? String(error), ...(kind === "busy" ? { wasSent: false } : {}) };
}

/** By SQLite's primary result code: https://sqlite.org/rescode.html */
const kinds: Readonly<Record<number, SqlFaultKind>> = {
  5: "busy",
  6: "busy",
  8: "read_only",
  10: "unreachable",
  11: "unreachable",
  14: "unreachable",
  19: "constraint",
  26: "unreachable",
};

/** The substitute driver leaves the code out of some errors; SQLite's words for them are as fixed as the codes. */
function kindByWords(message: string): SqlFaultKind {
  return words.find(([form]) => form.test(message))?.[1] ?? "failed";
}

const words: readonly (readonly [RegExp, SqlFaultKind])[] = [
  [/constraint failed|^cannot store \w+ value in/, "constraint"],
  [/attempt to write a readonly database/, "read_only"],
  [/is locked$/, "busy"],
  [/not a database|disk image is malformed|disk I\/O error|unable to open database file/, "unreachable"],
];
