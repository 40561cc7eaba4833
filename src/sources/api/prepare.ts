import type { Definition } from "../../contracts/source.js";
import { templateExpressions } from "../../expression/template.js";
import type { Formula } from "../../schema/formula.js";
import type { ApiCall } from "./api-call.js";
import { compileRequest } from "./build-request.js";
import type { ApiOperation, ApiSettings } from "./keys.js";
import { isLiteral } from "./literal.js";
import { mockAnswer } from "./mock-answer.js";
import { parametersOf } from "./parameters.js";
import { compileAnswer } from "./read-answer.js";
import { anySuccess, noStatus } from "./statuses.js";

const defaultMaxResponse = 10 * 1_024 * 1_024;

/** Settles every key of an operation against those of its source and compiles it; reports all that is wrong. */
export function prepareCall(definition: Definition<ApiSettings, ApiOperation>): ApiCall | undefined {
  const { settings, operation, operationName, report } = definition;
  const errorsBefore = report.errorCount;
  const method = operation.method ?? (operation.body === undefined ? "GET" : "POST");
  if (method === "HEAD" && operation.body !== undefined) {
    report.add("CONFIG_VALUE_INVALID", { reason: "A HEAD request has no body." }, operation.body.location);
  }
  checkIdempotencyKey(definition);
  const parameters = parametersOf(operation.path?.names ?? [], formulasOf(settings, operation), report);
  const responseType = operation.response_type ?? settings.response_type ?? "json";
  const request = compileRequest({ method, settings, operation }, report);
  if (report.errorCount > errorsBefore) return undefined;
  return {
    operationName,
    method,
    effect: operation.effect ?? (["GET", "HEAD", "OPTIONS"].includes(method) ? "read" : "write"),
    isIdempotent: operation.idempotency_key !== undefined,
    parameters,
    shape: operation.select === undefined ? operation.schema : undefined,
    maxResponse: operation.max_response ?? settings.max_response ?? defaultMaxResponse,
    request,
    read: compileAnswer({
      success: operation.success ?? settings.success ?? { kind: "statuses", statuses: anySuccess },
      emptyOn: operation.empty_on ?? settings.empty_on ?? noStatus,
      responseType,
      select: operation.select,
    }),
    mock: operation.mock === undefined ? undefined : mockAnswer(operation.mock, responseType),
  };
}

/** All attempts of a call, and no others, must send the same key. */
function checkIdempotencyKey({ operation, report }: Definition<ApiSettings, ApiOperation>): void {
  const key = operation.idempotency_key;
  if (key === undefined) return;
  if (isLiteral(key.template)) {
    const reason = "This key would be the same for every call, so that only the first one would count.";
    const hint = "Take it from a parameter: `$params.request_id`.";
    report.add("CONFIG_VALUE_INVALID", { reason }, key.location, { hint });
  } else if (templateExpressions(key.template).some(({ usesRandom }) => usesRandom)) {
    const reason = "`uuid()` would give each attempt of a call a key of its own.";
    const hint = 'Pass it as a parameter of the step, which is evaluated once: `request_id: "{{ uuid() }}"`.';
    report.add("CONFIG_VALUE_INVALID", { reason }, key.location, { hint });
  }
}

function formulasOf(settings: ApiSettings, operation: ApiOperation): readonly Formula[] {
  const success = operation.success ?? settings.success;
  const single = [operation.body, operation.idempotency_key, operation.select].filter(
    (each) => each !== undefined,
  );
  return [
    ...operation.query.values(),
    ...settings.headers.values(),
    ...operation.headers.values(),
    ...single,
    ...(success?.kind === "expression" ? [success.formula] : []),
  ];
}
