import { createHash, timingSafeEqual } from "node:crypto";
import type { StoredApiKey } from "../../config/model.js";
import type { Identity } from "./identity.js";

interface KnownKey {
  readonly hash: Buffer;
  readonly identity: Identity;
}

/** How much of a hash the table is asked for; what is left is compared in constant time. */
const prefixBytes = 4;

/** The hash of a key, as it is stored. A key is 256 random bits, so that nothing slower is needed. */
export function hashOfKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** Who shows which API key. */
export class ApiKeys {
  private readonly byPrefix = new Map<number, KnownKey[]>();

  constructor(keys: readonly StoredApiKey[]) {
    for (const { name, sha256, roles, scopes } of keys) {
      const hash = Buffer.from(sha256, "hex");
      const identity = { subject: name, roles, scopes, claims: null, key_id: name };
      const prefix = hash.readUIntBE(0, prefixBytes);
      this.byPrefix.set(prefix, [...(this.byPrefix.get(prefix) ?? []), { hash, identity }]);
    }
  }

  /** `undefined` for a key that is none of ours. */
  identify(key: string): Identity | undefined {
    const hash = hashOfKey(key);
    const candidates = this.byPrefix.get(hash.readUIntBE(0, prefixBytes)) ?? [];
    return candidates.find((known) => timingSafeEqual(known.hash, hash))?.identity;
  }
}
