import type { Auth } from "../../connections/http/auth/auth.js";
import type { HttpRequest } from "../../connections/http/http-client.js";
import type { Evaluate, Scope } from "../../expression/expression.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";
import type { CallScope } from "./api-call.js";
import { compileBody, contentTypes, type PlainBodyType } from "./body/compile-body.js";
import { compileGraphqlBody } from "./body/graphql-body.js";
import { writeMultipart } from "./body/multipart.js";
import { compileFields } from "./fields.js";
import type { Graphql } from "./graphql.js";
import { HeaderSet, type BuildHeaders } from "./headers.js";
import type { ApiOperation, ApiSettings, BodyType, ResponseType } from "./keys.js";
import { compilePath } from "./path-template.js";
import { missingValue } from "./wire-text.js";

/** What differs between source and operation is settled before: these are the values that hold. */
export interface RequestRules {
  readonly method: string;
  readonly settings: ApiSettings;
  readonly operation: ApiOperation;
  readonly bodyType: BodyType;
  readonly responseType: ResponseType;
  readonly auth: Auth;
  readonly graphql: Graphql | undefined;
  /** Adds the credentials that stand in a query. */
  readonly authorizedPath: (path: string) => string;
}

export type BuildRequest = (scope: CallScope) => HttpRequest;

/** Compiles how the request of an operation is made: what never changes is made once, here. */
export function compileRequest(rules: RequestRules, report: Report): BuildRequest {
  const { method, operation, auth, authorizedPath } = rules;
  const written = headersOf(rules);
  const headersWithoutBody = written.compile("content-type");
  const target = compileTarget(rules, report);
  const path = auth.kind === "query" ? (scope: CallScope) => authorizedPath(target(scope)) : target;
  if (rules.bodyType === "multipart") return multipartRequest(rules, path, headersWithoutBody, report);
  const headers = written.compile();
  const style = operation.query_style ?? rules.settings.query_style ?? "repeat";
  const body =
    rules.graphql === undefined
      ? compileBody(operation.body, rules.bodyType, style, report)
      : compileGraphqlBody(rules.graphql);
  return (scope) => {
    const sent = body(scope);
    return {
      method,
      path: path(scope),
      headers: sent === null ? headersWithoutBody(scope) : headers(scope),
      body: sent,
    };
  };
}

function compileTarget({ settings, operation }: RequestRules, report: Report): (scope: CallScope) => string {
  const style = operation.query_style ?? settings.query_style ?? "repeat";
  const path = compilePath(settings.base_url.path, operation.path);
  const fields = compileFields(operation.query, style, report);
  return (scope) => {
    const route = path(scope.params);
    const query = fields(scope);
    return query === "" ? route : `${route}?${query}`;
  };
}

/** Its Content-Type names the boundary, which each body has of its own. */
function multipartRequest(
  { method, operation, settings }: RequestRules,
  path: (scope: CallScope) => string,
  headers: BuildHeaders,
  report: Report,
): BuildRequest {
  const evaluate = operation.body?.compile();
  for (const name of [...settings.headers.keys(), ...operation.headers.keys()]) {
    if (name.toLowerCase() !== "content-type") continue;
    const reason = "The `Content-Type` of a multipart body names its boundary and cannot be written.";
    report.add(
      "CONFIG_VALUE_INVALID",
      { reason },
      (operation.headers.get(name) ?? settings.headers.get(name))!.location,
    );
  }
  return (scope) => {
    const body = writeMultipart(evaluate?.(scope as Scope) ?? null);
    if (body === null) return { method, path: path(scope), headers: headers(scope), body: null };
    const all = [...headers(scope), "Content-Type", body.contentType];
    return { method, path: path(scope), headers: all, body: body.content };
  };
}

const userAgent = "orchestrator-api-service";
const accepted: Partial<Record<ResponseType, string>> = {
  json: "application/json",
  xml: "application/xml, text/xml",
};

/** Written headers are laid over what is sent without being asked for; credentials are laid over them. */
function headersOf({ settings, operation, bodyType, responseType, auth }: RequestRules): HeaderSet {
  const headers = new HeaderSet().set("user-agent", userAgent);
  const accept = accepted[responseType];
  if (accept !== undefined) headers.set("accept", accept);
  const { authorization } = settings.base_url;
  if (authorization !== undefined && auth.kind === "none")
    headers.set("authorization", authorization.reveal());
  if (bodyType !== "multipart") headers.set("content-type", contentTypes[bodyType satisfies PlainBodyType]);
  headers.add(settings.headers).add(operation.headers);
  if (auth.kind === "header") headers.set(auth.name, auth.value.reveal());
  const { idempotency_key } = operation;
  return idempotency_key === undefined
    ? headers
    : headers.set("idempotency-key", presentKey(idempotency_key));
}

/** A write without its key could happen twice, so it is not sent at all. */
function presentKey(formula: Formula): Evaluate {
  const evaluate = formula.compile();
  return (scope) => {
    const key = evaluate(scope);
    if (key === null || key === "") throw missingValue("idempotency_key");
    return key;
  };
}
