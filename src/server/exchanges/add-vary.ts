import type { FastifyReply } from "fastify";

/** Names a header of requests, or several, that decides what the reply is. Those that are named already stay. */
export function addVary(reply: FastifyReply, names: string): void {
  const others = reply.getHeader("vary");
  reply.header("vary", others === undefined ? names : `${String(others)}, ${names}`);
}
