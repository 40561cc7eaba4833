import type { Evaluate } from "../../expression/expression.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";
import type { ApiCall } from "./api-call.js";
import { compileBody, contentTypes } from "./body.js";
import { compileFields } from "./fields.js";
import { HeaderSet } from "./headers.js";
import type { ApiOperation, ApiSettings } from "./keys.js";
import { compilePath } from "./path-template.js";
import { missingValue } from "./wire-text.js";

/** What differs between source and operation is settled before: these are the values that hold. */
export interface RequestRules {
  readonly method: string;
  readonly settings: ApiSettings;
  readonly operation: ApiOperation;
}

/** Compiles how the request of an operation is made: what never changes is made once, here. */
export function compileRequest(
  { method, settings, operation }: RequestRules,
  report: Report,
): ApiCall["request"] {
  const style = operation.query_style ?? settings.query_style ?? "repeat";
  const bodyType = operation.body_type ?? settings.body_type ?? "json";
  const path = compilePath(settings.base_url.path, operation.path);
  const fields = compileFields(operation.query, style, report);
  const written = headersOf(settings, operation);
  const headers = written.compile();
  const headersWithoutBody = written.compile("content-type");
  const body = compileBody(operation.body, bodyType, style, report);
  return (scope) => {
    const route = path(scope.params);
    const query = fields(scope);
    const sent = body(scope);
    return {
      method,
      path: query === "" ? route : `${route}?${query}`,
      headers: sent === null ? headersWithoutBody(scope) : headers(scope),
      body: sent,
    };
  };
}

const userAgent = "orchestrator-api-service";

/** Written headers are laid over what is sent without being asked for. */
function headersOf(settings: ApiSettings, operation: ApiOperation): HeaderSet {
  const headers = new HeaderSet().set("user-agent", userAgent);
  const responseType = operation.response_type ?? settings.response_type ?? "json";
  if (responseType === "json") headers.set("accept", "application/json");
  const { authorization } = settings.base_url;
  if (authorization !== undefined) headers.set("authorization", authorization.reveal());
  headers.set("content-type", contentTypes[operation.body_type ?? settings.body_type ?? "json"]);
  headers.add(settings.headers).add(operation.headers);
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
