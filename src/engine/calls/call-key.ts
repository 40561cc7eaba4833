import { createHash } from "node:crypto";
import { credentialHeaders } from "../../config/credential-headers.js";
import type { CallStep } from "../../config/model.js";
import type { Caller } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { Environment } from "../binding/binding.js";
import type { EngineContext } from "./run-call.js";

/** The key of a call: equal for two calls only where nothing that could make their answers differ is different. */
export type CallKey = (parameters: JsonObject, context: EngineContext) => string;

/**
 * Made of the operation and its source as configured, the environment, the parameters, and what of the caller's
 * request reaches the source. `isShared` leaves out the caller's credentials.
 */
export function callKey(
  { call, fingerprint }: CallStep,
  environment: Environment,
  isShared: boolean,
): CallKey {
  const identity = hash(JSON.stringify([fingerprint, environment]));
  const { headers = [], query = [], system = [] } = call.forwards ?? {};
  const sent = isShared ? headers.filter((name) => !credentialHeaders.has(name)) : headers;
  return (parameters, { caller, surroundings }) => {
    const passes = [
      ...sent.map((name) => part(caller, "headers", name)),
      ...query.map((name) => part(caller, "query", name)),
      ...system.map((name) => surroundings.system[name] ?? null),
    ];
    return hash(`${identity}${JSON.stringify([parameters, passes])}`);
  };
}

function part(caller: Caller | undefined, of: "headers" | "query", name: string): JsonValue {
  const values = caller?.[of];
  return values !== undefined && Object.hasOwn(values, name) ? ((values[name] ?? null) as JsonValue) : null;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
