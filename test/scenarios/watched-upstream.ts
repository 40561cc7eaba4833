import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** An upstream that answers bytes, and knows what became of its connections. */
export interface WatchedUpstream {
  readonly url: string;
  /** What must never be in a reply: where it listens. */
  readonly port: number;
  /** Requests so far, by their first line. */
  requests(): readonly string[];
  /** Connections that brought a request and are still open. */
  openSockets(): number;
  sentBytes(): number;
}

/** Answers each request with what `answer` writes into its connection, until the test ends. */
export async function watchedUpstream(
  answer: (socket: Socket, requestLine: string) => void,
): Promise<WatchedUpstream> {
  const requests: string[] = [];
  const all = new Set<Socket>();
  const withRequest = new Set<Socket>();
  let bytesOfClosed = 0;
  const server = createServer((socket) => {
    all.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      all.delete(socket);
      withRequest.delete(socket);
      bytesOfClosed += socket.bytesWritten;
    });
    socket.on("data", (data) => {
      const line = data.toString("latin1").split("\r\n", 1)[0]!;
      requests.push(line);
      withRequest.add(socket);
      answer(socket, line);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of all) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: () => requests,
    openSockets: () => withRequest.size,
    sentBytes: () => [...all].reduce((sum, { bytesWritten }) => sum + bytesWritten, bytesOfClosed),
  };
}

/** A whole JSON answer. */
export function jsonAnswer(value: unknown): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** Writes the same bytes again and again for as long as the other side reads, up to a bound. */
export function writeEndlessly(socket: Socket, chunk: Buffer, mostBytes: number): void {
  let left = mostBytes;
  const writeMore = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once("drain", writeMore);
    }
  };
  writeMore();
}
