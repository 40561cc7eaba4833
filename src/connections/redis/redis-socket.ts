import type { Duplex } from "node:stream";
import type { Cancel, Clock } from "../../contracts/host.js";
import { ProtocolError, ReplyReader, type Reply } from "./reply-reader.js";

/** Who waits for answers. They come in the order in which commands were sent. */
export interface Expected {
  /** True once everything was there. Throws ProtocolError. */
  take(reader: ReplyReader): boolean;
  tell(reader: ReplyReader): void;
  fail(error: Error): void;
}

/**
 * The connection that the driver made and let in, from then on without the driver: it makes objects and promises for
 * each command and each value, which cost more than all the rest of a read.
 */
export class RedisSocket {
  private readonly stream: Duplex;
  private readonly expected: Expected[] = [];
  private reader = new ReplyReader();
  private stopWatching: Cancel = () => undefined;

  /** An answer that does not come within `limitMs`, or twice that at most, ends the connection. */
  constructor(stream: Duplex, limitMs: number, clock: Clock) {
    this.stream = stream;
    stream.removeAllListeners("data");
    stream.on("data", (chunk: Buffer) => this.hear(chunk));
    stream.once("close", () => this.lose());
    this.watch(limitMs, clock);
  }

  get isOpen(): boolean {
    return this.stream.writable;
  }

  send(commands: Buffer, expected: Expected): void {
    this.expected.push(expected);
    this.stream.write(commands);
  }

  /** One command of texts. Rejects with a ReplyError where Redis refuses it. */
  call(...words: readonly string[]): Promise<Reply> {
    const written = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("");
    let reply: Reply | undefined;
    return new Promise((resolve, reject) => {
      this.send(Buffer.from(`*${words.length}\r\n${written}`), {
        take(reader) {
          const start = reader.at;
          reply = reader.reply();
          if (reply === undefined) reader.at = start;
          return reply !== undefined;
        },
        tell: () => (reply instanceof Error ? reject(reply) : resolve(reply!)),
        fail: reject,
      });
    });
  }

  /** Each answer has bytes of its own: who was told keeps them as long as it likes. */
  private hear(chunk: Buffer): void {
    this.reader.add(chunk);
    while (this.isNextComplete()) {
      const { reader } = this;
      this.reader = new ReplyReader();
      this.expected.shift()!.tell(reader);
      if (reader.rest === undefined) return;
      this.reader.add(reader.rest);
    }
  }

  private isNextComplete(): boolean {
    try {
      return this.expected[0]?.take(this.reader) === true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.stream.destroy(error);
      return false;
    }
  }

  /** A server that hangs keeps its connections open: only the answers that do not come tell. */
  private watch(limitMs: number, clock: Clock): void {
    const [awaited] = this.expected;
    this.stopWatching = clock.after(limitMs, () => {
      if (awaited === undefined || awaited !== this.expected[0]) return this.watch(limitMs, clock);
      this.stream.destroy(new Error("An answer did not come in time."));
    });
  }

  private lose(): void {
    this.stopWatching();
    const error = new Error("The connection was lost.");
    for (const each of this.expected.splice(0)) each.fail(error);
  }
}
