import type { FastifyInstance, FastifyReply } from "fastify";
import { addVary } from "../exchanges/add-vary.js";
import { codingNames, compress, type Bytes } from "./compressed-bytes.js";

/** Shorter replies fit into one packet as they are. */
const shortest = 1_024;
const compressible = /^(?:text\/|image\/svg\+xml|application\/(?:[\w.-]+\+)?(?:json|javascript|xml|yaml)\b)/i;

/** Compresses long replies for callers who take that, in threads. Streams, and what is compressed already, stay. */
export function compressReplies(app: FastifyInstance): void {
  app.addHook<unknown>("onSend", ({ method, headers }, reply, payload, done) => {
    const isLong = isCompressible(payload, reply);
    // One without a body says of what it stands for that it may come compressed.
    if (isLong || reply.statusCode === 304) addVary(reply, "Accept-Encoding");
    const coding = isLong && method !== "HEAD" ? chooseCoding(headers["accept-encoding"]) : undefined;
    if (coding === undefined) return done(null, payload);
    compress(payload as Bytes, coding, (error, bytes) => {
      if (error !== null) return done(error);
      reply.removeHeader("content-length").header("content-encoding", coding);
      weakenTag(reply);
      done(null, bytes);
    });
  });
}

function isCompressible(payload: unknown, reply: FastifyReply): boolean {
  if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return false;
  if (payload.length < shortest || reply.hasHeader("content-encoding")) return false;
  if (String(reply.getHeader("cache-control")).includes("no-transform")) return false;
  return compressible.test(String(reply.getHeader("content-type")));
}

/** What the caller likes best of what there is; of equals the first. */
function chooseCoding(accepted: string | undefined): string | undefined {
  if (accepted === undefined) return undefined;
  const qualities = new Map(accepted.split(",").map(readQuality));
  let best: string | undefined;
  let bestQuality = 0;
  for (const coding of codingNames) {
    const quality = qualities.get(coding) ?? qualities.get("*") ?? 0;
    if (quality > bestQuality) [best, bestQuality] = [coding, quality];
  }
  return best;
}

function readQuality(part: string): readonly [name: string, quality: number] {
  const [name = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
  const written = parameters.find((each) => each.startsWith("q="));
  return [name, written === undefined ? 1 : Number(written.slice(2)) || 0];
}

/** A tag that is not weak promises the same bytes. */
function weakenTag(reply: FastifyReply): void {
  const tag = reply.getHeader("etag");
  if (typeof tag === "string" && tag.startsWith('"')) reply.header("etag", `W/${tag}`);
}
