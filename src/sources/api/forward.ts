import type { HttpRequest } from "../../connections/http/http-client.js";
import type { Clock } from "../../contracts/host.js";
import type { CallContext, Definition, Forwards } from "../../contracts/source.js";
import type { Formula } from "../../schema/formula.js";
import type { ApiCall, CallScope } from "./api-call.js";
import { Field, type QueryStyle } from "./fields.js";
import type { Forward } from "./forward-keys.js";
import type { ApiOperation, ApiSettings } from "./keys.js";

/** What passes, for the contract; `undefined` where nothing does. */
export function forwardsOf(forward: Forward | undefined, formulas: readonly Formula[]): Forwards | undefined {
  const { headers = [], query = [], response_headers: responseHeaders = [] } = forward ?? {};
  const system = callersFacts(formulas);
  const all = [...headers, ...query, ...responseHeaders, ...system];
  return all.length === 0
    ? undefined
    : { headers, query, responseHeaders, ...(system.length > 0 && { system }) };
}

const factsOfCallers = ["client_ip", "method", "path"];

/** What of `$system` is the caller's and stands in a request. */
function callersFacts(formulas: readonly Formula[]): readonly string[] {
  const read = formulas.flatMap(({ references }) =>
    references.flatMap(({ reference: { root, path } }) => (root === "system" ? [path[0]?.name] : [])),
  );
  return factsOfCallers.filter((name) => read.includes(name) || read.includes(undefined));
}

/** Adds to a request what the caller sent under the listed names. What is forwarded replaces what is written. */
export function withForwarding(
  build: (scope: CallScope) => HttpRequest,
  forward: Forward | undefined,
  style: QueryStyle,
): ApiCall["request"] {
  if (forward === undefined) return build;
  const fields = forward.query.map((name) => [name, new Field(name, style)] as const);
  return (scope, context, clock) => {
    const request = build(scope);
    const headers = forwardedHeaders(request.headers, forward, context, clock);
    const { query = {} } = context.caller ?? {};
    let { path } = request;
    for (const [name, field] of fields) {
      const written = field.write((Object.hasOwn(query, name) ? query[name] : undefined) ?? null);
      if (written !== "") path += `${path.includes("?") ? "&" : "?"}${written}`;
    }
    return { ...request, headers, path };
  };
}

function forwardedHeaders(
  headers: string[],
  { headers: names, deadline }: Forward,
  { caller, deadlineMs }: CallContext,
  clock: Clock,
): string[] {
  const all = headers.slice();
  for (const name of names) {
    const sent =
      caller !== undefined && Object.hasOwn(caller.headers, name) ? caller.headers[name] : undefined;
    if (typeof sent === "string") setHeader(all, name, sent);
  }
  if (deadline !== undefined) {
    setHeader(all, deadline, String(Math.max(0, Math.floor(deadlineMs - clock.monotonicMs()))));
  }
  return all;
}

function setHeader(headers: string[], name: string, value: string): void {
  const at = headers.findIndex((written, index) => index % 2 === 0 && written.toLowerCase() === name);
  if (at < 0) headers.push(name, value);
  else headers[at + 1] = value;
}

/** A name can come from one place only, above all where the other is a credential. */
export function checkForward(
  { operation, settings, location, report }: Definition<ApiSettings, ApiOperation>,
  forward: Forward | undefined,
  authNames: { readonly header: string | undefined; readonly query: string | undefined },
): void {
  const refuse = (reason: string) => report.add("CONFIG_VALUE_INVALID", { reason }, location);
  const { header, query } = authNames;
  for (const name of [
    ...(forward?.headers ?? []),
    ...(forward?.deadline === undefined ? [] : [forward.deadline]),
  ]) {
    if (name === header) refuse(`The header "${name}" cannot be forwarded: \`auth\` sets it.`);
  }
  for (const name of forward?.query ?? []) {
    if (name === query) refuse(`The query parameter "${name}" cannot be forwarded: \`auth\` sets it.`);
    if (operation.query.has(name))
      refuse(`The query parameter "${name}" is both forwarded and under \`query\`.`);
  }
  for (const name of [...settings.headers.keys(), ...operation.headers.keys()]) {
    if (name.toLowerCase() === header) refuse(`The header "${name}" is written although \`auth\` sets it.`);
  }
  if (query !== undefined && operation.query.has(query)) {
    refuse(`The query parameter "${query}" is written although \`auth\` sets it.`);
  }
}
