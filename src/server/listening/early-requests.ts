import type { Socket } from "node:net";

/** A request as it came, before anything has taken it apart. */
export interface EarlyRequest {
  /** With its query. */
  readonly target: string;
  readonly socket: Socket;
}

/** Answers a request into its socket, or leaves it to the parser and answers `false`. */
export type EarlyAnswer = (request: EarlyRequest) => boolean;

/**
 * Shows requests of a connection to `answer` before the parser of Node gets them: to refuse one costs less than half
 * then. Only where nobody but the parser need know where one request ends and the next begins: a chunk is one whole
 * request, and so were all before it. Any other chunk leaves the connection to the parser for good, and the first
 * request is its own always, since it starts the clocks of the connection.
 */
export function watchEarlyRequests(socket: Socket, answer: EarlyAnswer): void {
  const [parse, ...others] = socket.listeners("data") as ((chunk: Buffer) => void)[];
  if (parse === undefined || others.length > 0) return;
  let isFirst = true;
  const look = (chunk: Buffer) => {
    const target = targetOfWhole(chunk);
    if (target === undefined) {
      socket.off("data", look);
      socket.on("data", parse);
    } else if (!isFirst && target !== "" && answer({ target, socket })) {
      return;
    }
    isFirst = false;
    parse(chunk);
  };
  socket.off("data", parse);
  socket.on("data", look);
}

/** Longer ones are rare, and not cheap to look through. */
const mostBytes = 16_384;
/** The lines of a head as they should be: no parser reads these in two ways. */
const wellFormed =
  /^(?<method>[A-Z]+) (?<target>[!-~]+) HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[^\r\n]*\r\n)*$/;
/** What a head may say so that more belongs to the request than its `content-length`, or nothing may follow it. */
const unusual = /\r\n(?:transfer-encoding|upgrade|expect|connection:(?![ \t]*keep-alive\r\n))/i;
const contentLength = /\r\ncontent-length:([^\r\n]*)/gi;

/**
 * The target of the one request that a chunk is; `undefined` where it is anything else, and empty where the reply to it
 * would have no body.
 */
function targetOfWhole(chunk: Buffer): string | undefined {
  if (chunk.length > mostBytes) return undefined;
  const text = chunk.toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n") + 2;
  const head = text.slice(0, headEnd);
  const line = wellFormed.exec(head)?.groups;
  if (line === undefined || unusual.test(head)) return undefined;
  if (text.length !== headEnd + 2 + bodyBytes(head)) return undefined;
  return line["method"] === "HEAD" ? "" : line["target"]!;
}

/** Not a number where the head says it twice, or not as digits. */
function bodyBytes(head: string): number {
  const [first, ...others] = head.matchAll(contentLength);
  if (first === undefined) return 0;
  const digits = /^[ \t]*(\d{1,5})[ \t]*$/.exec(first[1]!)?.[1];
  return others.length > 0 || digits === undefined ? NaN : Number(digits);
}
