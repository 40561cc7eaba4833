import { createHash } from "node:crypto";
import type { Scope } from "../../expression/expression.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { CallerRead } from "../../plan/caller-reads.js";
import type { PlannedCache } from "../../plan/plan.js";
import type { Environment } from "../binding/binding.js";
import type { ExecutionInput } from "../execution/execution-input.js";

/** The key of a reply: equal for two requests only where nothing on which the reply depends is different. */
export type ReplyKey = (input: ExecutionInput, scope: () => Scope) => string;

export function replyKey({ fingerprint, reads, key }: PlannedCache, environment: Environment): ReplyKey {
  const identity = hash(JSON.stringify([fingerprint, environment]));
  if (key !== undefined) return (_input, scope) => hash(`${identity}${JSON.stringify(key(scope()))}`);
  return (input) => hash(`${identity}${JSON.stringify(reads.map((read) => valueOf(read, input)))}`);
}

function valueOf({ path: [root, ...names], isForwarded }: CallerRead, input: ExecutionInput): JsonValue {
  if (isForwarded) return forwarded(names, input);
  if (root === "system") return systemFacts[String(names[0])]!(input);
  return names.reduce<JsonValue>(memberOf, root === "request" ? input.request : (input.auth ?? null));
}

const systemFacts: Readonly<Record<string, (input: ExecutionInput) => string>> = {
  client_ip: ({ clientIp }) => clientIp,
  method: ({ method }) => method,
  path: ({ path }) => path,
};

function memberOf(value: JsonValue, name: string | number): JsonValue {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return null;
  return (value as JsonObject)[name] ?? null;
}

function forwarded([part, name]: readonly (string | number)[], { caller }: ExecutionInput): JsonValue {
  const values = part === "headers" ? caller?.headers : caller?.query;
  if (values === undefined || !Object.hasOwn(values, name!)) return null;
  return (values[name!] ?? null) as JsonValue;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
