import { lookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { isPrivateAddress } from "./private-address.js";

/** How a name is resolved; `lookup` of `node:dns` unless a test says otherwise. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family?: number | undefined; readonly hints?: number | undefined },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves names for a socket and leaves out private addresses, so that the address that was looked at is the one
 * that is connected to: a name that changes its address between the two finds no gap.
 */
export function guardedLookup(resolve: Resolve = lookup as Resolve): LookupFunction {
  return (hostname, options, callback) => {
    const family = options.family === "IPv4" ? 4 : options.family === "IPv6" ? 6 : options.family;
    resolve(hostname, { all: true, family, hints: options.hints }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses = found.filter(({ address }) => !isPrivateAddress(address));
      const [first] = addresses;
      if (first === undefined) return callback(addressRefused(), []);
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Nothing was sent. */
export function addressRefused(): OrchestratorError {
  const cause = new Error("its address is private, and `private_addresses` is `refuse`");
  return failure("SOURCE_ADDRESS_REFUSED", {}, { wasSent: false, cause });
}
