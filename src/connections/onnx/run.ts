import type { Tensor } from "./element-type.js";
import type { RunFault } from "./protocol.js";

export interface RunReceiver {
  succeed(outputs: readonly Tensor[]): void;
  fail(fault: RunFault): void;
}

/** One run on its way. Whoever answers first wins; a cancelled one has been answered. */
export class Run {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
  /** Buffers that are handed over to a thread, and then are gone here. */
  readonly largeBuffers: readonly ArrayBuffer[];
  private receiver: RunReceiver | undefined;

  constructor(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[], receiver: RunReceiver) {
    this.feeds = feeds;
    this.fetches = fetches;
    this.largeBuffers = largeBuffers(feeds);
    this.receiver = receiver;
  }

  get isAnswered(): boolean {
    return this.receiver === undefined;
  }

  succeed(outputs: readonly Tensor[]): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.succeed(outputs);
  }

  fail(fault: RunFault): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.fail(fault);
  }

  forget(): void {
    this.receiver = undefined;
  }
}

const largeBytes = 65_536;
const none: readonly ArrayBuffer[] = [];

/** Copying a small buffer is cheaper than handing it over. A caller's feeds are its own no more. */
function largeBuffers(feeds: Readonly<Record<string, Tensor>>): readonly ArrayBuffer[] {
  let buffers: Set<ArrayBuffer> | undefined;
  for (const name in feeds) {
    const { data } = feeds[name]!;
    if ("buffer" in data && data.byteLength > largeBytes)
      (buffers ??= new Set()).add(data.buffer as ArrayBuffer);
  }
  return buffers === undefined ? none : [...buffers];
}
