/** What a fault comes to, with three attempts at most and 250 ms for each. */
export interface Outcome {
  /** Of the reply to the caller. */
  readonly status: number;
  readonly code: string;
  /** Requests that reached the other side, for a read and for a write without an idempotency key. */
  readonly attempts: { readonly read: number | "–"; readonly write: number | "–" };
}

const none = { read: "–", write: "–" } as const;
const once = { read: 1, write: 1 } as const;
const repeated = { read: 3, write: 1 } as const;

function outcome(status: number, code: string, attempts: Outcome["attempts"]): Outcome {
  return { status, code, attempts };
}

/** The whole matrix, by the name of the fault. */
export const expected: Readonly<Record<string, Outcome>> = {
  refused: outcome(502, "SOURCE_UNREACHABLE", none),
  "DNS failure": outcome(502, "SOURCE_UNREACHABLE", none),
  "TLS expired": outcome(502, "SOURCE_UNREACHABLE", none),
  "TLS wrong name": outcome(502, "SOURCE_UNREACHABLE", none),
  "TLS not spoken": outcome(502, "SOURCE_UNREACHABLE", none),
  "reset at once": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  "closed at once": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  "reset in headers": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  "reset in body": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  "wrong length": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  hang: outcome(504, "SOURCE_TIMED_OUT", repeated),
  "slow headers": outcome(504, "SOURCE_TIMED_OUT", repeated),
  "slow body": outcome(504, "SOURCE_TIMED_OUT", repeated),
  "400": outcome(502, "SOURCE_FAILED", once),
  "401": outcome(502, "SOURCE_FAILED", once),
  "404": outcome(502, "SOURCE_FAILED", once),
  "429": outcome(503, "SOURCE_UNAVAILABLE", once),
  "500": outcome(502, "SOURCE_FAILED", once),
  "502": outcome(502, "SOURCE_FAILED", repeated),
  "503": outcome(503, "SOURCE_UNAVAILABLE", repeated),
  "503 for an hour": outcome(503, "SOURCE_UNAVAILABLE", once),
  "truncated gzip": outcome(502, "SOURCE_CONNECTION_LOST", repeated),
  "no gzip": outcome(502, "SOURCE_REPLY_INVALID", once),
  "gzip bomb": outcome(502, "SOURCE_REPLY_TOO_LARGE", once),
  "invalid JSON": outcome(502, "SOURCE_REPLY_INVALID", once),
  HTML: outcome(502, "SOURCE_REPLY_INVALID", once),
  "not HTTP": outcome(502, "SOURCE_REPLY_INVALID", once),
  "huge headers": outcome(502, "SOURCE_REPLY_TOO_LARGE", once),
  "200 MB body": outcome(502, "SOURCE_REPLY_TOO_LARGE", once),
  "endless body": outcome(502, "SOURCE_REPLY_TOO_LARGE", once),
  "redirect loop": outcome(502, "SOURCE_FAILED", { read: 6, write: 1 }),
  "redirect elsewhere": outcome(502, "SOURCE_FAILED", once),
};
