/** What the core asks of the machine. The composition root hands one in; tests hand in their own. */
export interface Host {
  readonly files: Files;
  readonly clock: Clock;
  /** A variable of the environment, `.env` files included where the caller loaded them. */
  env(name: string): string | undefined;
  /** A random UUID, version 4. */
  uuid(): string;
}

/** Files, read while loading only, so plainly and in one go. Paths are absolute; failures throw OrchestratorError. */
export interface Files {
  /** Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
  read(path: string): Uint8Array;
  /** The entries of a folder by name, in order; `undefined` where there is no such folder. Links are followed. */
  list(path: string): readonly FileEntry[] | undefined;
  /** `undefined` where there is nothing, or a link that leads nowhere. */
  kindOf(path: string): FileKind | undefined;
}

export type FileKind = "file" | "folder" | "other";

export interface FileEntry {
  readonly name: string;
  /** `broken` is a link that leads nowhere or round in a circle. */
  readonly kind: FileKind | "broken";
}

export interface Clock {
  /** Milliseconds since 1970, for people. */
  nowMs(): number;
  /** Milliseconds that never jump, for deadlines and durations. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`, unless the answer is called first. */
  after(delayMs: number, run: () => void): Cancel;
}

export type Cancel = () => void;
