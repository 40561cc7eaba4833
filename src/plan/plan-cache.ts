import { credentialHeaders } from "../config/credential-headers.js";
import type { Endpoint, EndpointCache } from "../config/model.js";
import { callsOf } from "../config/step-calls.js";
import type { Access, AuthMethod } from "../contracts/access.js";
import type { Report } from "../problems/report.js";
import { callerReads, covers, parsePath, pathsOf, pathText, type CallerRead } from "./caller-reads.js";
import { allFormulas, type CompileFormula } from "./compile-steps.js";
import type { PlannedCache } from "./plan.js";

/** For whom and how long replies are kept, decided from what the endpoint really reads. Reports why they cannot be. */
export function planCache(
  endpoint: Endpoint,
  compile: CompileFormula,
  report: Report,
): PlannedCache | undefined {
  const { cache, steps } = endpoint;
  if (cache === undefined || !isKeepable(endpoint, cache, report)) return undefined;
  const reads = callerReads(endpoint);
  const counted = countedReads(endpoint, cache, reads, report);
  const calls = steps.flatMap(callsOf);
  return {
    ttlMs: cache.ttlMs,
    staleWhileRevalidateMs: cache.staleWhileRevalidateMs,
    staleIfErrorMs: cache.staleIfErrorMs,
    tags: [...new Set([...cache.tags, ...calls.flatMap(({ policy }) => policy.cache?.tags ?? [])])],
    fingerprint: JSON.stringify([endpoint.id, cache.fingerprint, ...calls.map((call) => call.fingerprint)]),
    reads: counted,
    key: cache.key && compile(cache.key),
    vary: varyOf(counted, endpoint.access),
    isPublic: endpoint.access === undefined && !reads.some(isPersonal),
  };
}

/** What the key must tell apart. */
function countedReads(
  endpoint: Endpoint,
  { key, ignored, location }: EndpointCache,
  reads: readonly CallerRead[],
  report: Report,
): readonly CallerRead[] {
  const known = reads.map(({ path }) => path);
  for (const { value, location: place } of ignored) {
    const path = parsePath(value, endpoint);
    if (!known.some((each) => covers([path], each))) {
      report.add("CACHE_PATH_UNUSED", { path: value, known: known.map(pathText) }, place);
    }
  }
  const left = ignored.map(({ value }) => parsePath(value, endpoint));
  const counted = reads.filter(({ path }) => !covers(left, path));
  if (key === undefined) return counted;
  const named = pathsOf([key], endpoint);
  const missing = counted.filter(({ path }) => !covers(named, path)).map(({ path }) => pathText(path));
  if (missing.length > 0)
    report.add("CACHE_KEY_INCOMPLETE", { paths: [...new Set(missing)] }, key.location ?? location);
  return counted;
}

function isKeepable(endpoint: Endpoint, { location }: EndpointCache, report: Report): boolean {
  const { steps, guards, transaction } = endpoint;
  const writes = steps.some(({ effect }) => effect === "write");
  if (writes || transaction !== undefined) {
    const reason = writes ? "it writes" : "it runs in a transaction";
    report.add("ENDPOINT_NOT_KEEPABLE", { reason }, location);
    return false;
  }
  const details = new Set(guards.map(({ detail }) => detail));
  const ids = allFormulas(endpoint)
    .filter((formula) => !details.has(formula))
    .flatMap(({ references }) => references)
    .find(({ reference: { root, path } }) => {
      return root === "system" && [undefined, "execution_id", "request_id"].includes(path[0]?.name as string);
    });
  if (ids === undefined) return true;
  const name = ids.reference.path[0]?.name;
  const what = name === undefined ? "all of `$system`" : `\`$system.${name}\``;
  report.add(
    "ENDPOINT_NOT_KEEPABLE",
    { reason: `it reads ${what}, which every request has for itself` },
    ids.location,
  );
  return false;
}

const headerOf: Readonly<Record<AuthMethod, string>> = { api_key: "x-api-key", jwt: "authorization" };

/** Those that say who calls too: a cache at the caller's end may see one caller after another. */
function varyOf(reads: readonly CallerRead[], access: Access | undefined): string | undefined {
  const read = reads.flatMap(({ path: [root, part, name] }) =>
    root === "request" && part === "headers" && typeof name === "string" ? [name] : [],
  );
  const names = new Set([...(access?.methods ?? []).map((method) => headerOf[method]), ...read]);
  return names.size === 0 ? undefined : [...names].join(", ");
}

/** Whether a cache between here and the caller must not hand the reply to anybody else. */
function isPersonal({ path: [root, part, name] }: CallerRead): boolean {
  if (root === "auth") return true;
  if (root === "system") return part === "client_ip";
  return (
    part === undefined || (part === "headers" && (name === undefined || credentialHeaders.has(String(name))))
  );
}
