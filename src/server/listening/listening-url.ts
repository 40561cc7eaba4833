import type { AddressInfo } from "node:net";

/** The URL at which a listening server can be reached from its own machine, with the port that it really has. */
export function listeningUrl({ address, port }: AddressInfo, isTls = false): string {
  const host = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  return `http${isTls ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
