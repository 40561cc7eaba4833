/** Keeps which runs were begun under which key of a caller, and what came of them. Rejects where it cannot. */
export interface IdempotencyStore {
  /** Takes a slot for a run, unless another run has it: answers that run then. */
  claim(run: ClaimedRun): Promise<KnownRun | undefined>;
  /** Keeps what came of a run, for as long as it asked for. */
  keep(run: ClaimedRun, outcome: string): Promise<void>;
  /** Gives the slot back: nothing came of the run. */
  release(run: ClaimedRun): Promise<void>;
  close(): Promise<void>;
}

/** A run that begins. Times are milliseconds since 1970. */
export interface ClaimedRun {
  /** Endpoint, caller and key, as a hash. */
  readonly slot: string;
  readonly runId: string;
  /** A hash of the request: one key belongs to one request. */
  readonly fingerprint: string;
  readonly startedAtMs: number;
  /** When it is over at the latest; a run without an outcome then is one whose process ended. */
  readonly endsAtMs: number;
  readonly expiresAtMs: number;
}

export interface KnownRun {
  readonly fingerprint: string;
  readonly endsAtMs: number;
  /** `undefined` while it runs. */
  readonly outcome: string | undefined;
}
