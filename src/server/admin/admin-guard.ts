import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { failure } from "../../problems/orchestrator-error.js";

export interface AdminGuard {
  /** The token that holds at the moment. */
  readonly token: () => string;
  /** As configured. */
  readonly host: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** A route of the admin listener that needs no token. Every other one does, and every path that is none. */
    isPublic?: boolean;
  }
}

/**
 * Lets a request of the admin listener through or throws why not. A page in a browser of this machine can send
 * requests here: its Origin gives it away, and where its own name was pointed at this address, its Host.
 */
export function checkAdminRequest(request: FastifyRequest, { token, host }: AdminGuard): void {
  checkHost(request, host);
  checkOrigin(request);
  if (request.routeOptions.config?.isPublic !== true) checkToken(request.headers.authorization, token());
}

function checkHost({ headers, socket }: FastifyRequest, configured: string): void {
  const { localAddress = "", localPort } = socket;
  const names = ["localhost", "127.0.0.1", "[::1]", asHost(configured), asHost(plainAddress(localAddress))];
  const ports = localPort === 80 ? ["", ":80"] : [`:${localPort}`];
  const allowed = names.flatMap((name) => ports.map((port) => `${name}${port}`));
  if (!allowed.includes((headers.host ?? "").toLowerCase())) throw failure("ADMIN_HOST_REFUSED", {});
}

function checkOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`)
    throw failure("ADMIN_ORIGIN_REFUSED", {});
}

function checkToken(authorization: string | undefined, token: string): void {
  const given = /^bearer +(.*\S) *$/i.exec(authorization ?? "")?.[1];
  // Of equal length and unrelated to the token, so that the time says nothing of how much was right.
  if (given === undefined || !timingSafeEqual(digest(given), digest(token)))
    throw failure("ADMIN_TOKEN_REFUSED", {});
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** An IPv4 address without the IPv6 clothes in which a listener of both shows it. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

function asHost(address: string): string {
  return address.includes(":") ? `[${address.toLowerCase()}]` : address.toLowerCase();
}
