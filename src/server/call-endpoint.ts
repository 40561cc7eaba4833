import { randomUUID } from "node:crypto";
import type { JsonValue } from "../expression/value.js";
import type { RawRequest } from "../plan/request-values.js";
import { failure } from "../problems/orchestrator-error.js";
import type { Service } from "../service.js";

/** A request without HTTP. Numbers and booleans count as the text that a caller would have sent. */
export interface CallRequest {
  readonly path_params?: Readonly<Record<string, Scalar>>;
  readonly query_params?: Readonly<Record<string, Scalar | readonly Scalar[]>>;
  readonly headers?: Readonly<Record<string, Scalar>>;
  readonly body?: JsonValue;
}

/** `undefined` and `null` are as good as leaving a name out. */
export type Scalar = string | number | boolean | null | undefined;

/**
 * Runs an endpoint, an internal one too, and answers its response body. Rejects with an OrchestratorError:
 * ENDPOINT_UNKNOWN, REQUEST_INVALID, or whatever ended the execution.
 */
export async function callEndpoint(
  service: Service,
  id: string,
  request: CallRequest = {},
): Promise<JsonValue> {
  const endpoint = service.endpoints.find(({ plan }) => plan.endpoint.id === id);
  if (endpoint === undefined) {
    throw failure("ENDPOINT_UNKNOWN", { id, known: service.endpoints.map(({ plan }) => plan.endpoint.id) });
  }
  const { route } = endpoint.plan.endpoint;
  const executionId = randomUUID();
  const raw = rawRequest(request);
  const input = {
    request: endpoint.plan.readRequest(raw),
    caller: raw,
    executionId,
    requestId: executionId,
    method: route?.method ?? "GET",
    path: route?.path ?? "",
    clientIp: "127.0.0.1",
  };
  return new Promise((resolve, reject) => {
    endpoint.start(input, (error, result) => {
      if (result === undefined) reject(error ?? failure("INTERNAL", {}));
      else resolve(result.body);
    });
  });
}

function rawRequest({ path_params = {}, query_params = {}, headers = {}, body }: CallRequest): RawRequest {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    pathParams: texts(Object.entries(path_params)),
    query: Object.fromEntries(
      Object.entries(query_params).flatMap(([name, value]) => {
        if (value == null) return [];
        return [[name, isList(value) ? value.filter((each) => each != null).map(String) : String(value)]];
      }),
    ),
    headers: texts(lowerCase),
    body,
  };
}

function texts(entries: readonly (readonly [string, Scalar])[]): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])),
  );
}

function isList(value: Scalar | readonly Scalar[]): value is readonly Scalar[] {
  return Array.isArray(value);
}
