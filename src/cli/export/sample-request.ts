import type { Endpoint, RequestField } from "../../config/model.js";
import type { JsonValue } from "../../expression/value.js";
import { sampleOf } from "./sample-value.js";

/** One request that fits an endpoint. */
export interface SampleRequest {
  readonly pathParams: readonly SampleField[];
  readonly query: readonly SampleField[];
  readonly headers: readonly SampleField[];
  readonly body: JsonValue | undefined;
  /** Every value that is sent stands in the configuration, so the service is expected to know what it means. */
  readonly isNamed: boolean;
}

export interface SampleField {
  readonly name: string;
  readonly value: string;
  readonly description: string | undefined;
  /** False for one that may be left out and that the configuration gives no value for. */
  readonly isSent: boolean;
}

export function sampleRequest({ request }: Endpoint): SampleRequest {
  const groups = {
    pathParams: [...request.pathParams].map((each) => readField(each, true)),
    query: [...request.queryParams].map((each) => readField(each, false)),
    headers: [...request.headers].map((each) => readField(each, false)),
  };
  const body = request.body === undefined ? undefined : sampleOf(request.body);
  const sent = Object.values(groups)
    .flat()
    .filter(({ isSent }) => isSent);
  return {
    ...groups,
    body: body?.value,
    isNamed: sent.every(({ isNamed }) => isNamed) && body?.isNamed !== false,
  };
}

function readField(
  [name, { schema, isRequired, defaultValue }]: readonly [string, RequestField],
  isAlwaysSent: boolean,
): SampleField & { readonly isNamed: boolean } {
  const { value, isNamed } = sampleOf(
    defaultValue === undefined ? schema : { ...schema, default: defaultValue },
  );
  const { description } = schema;
  return {
    name,
    value: typeof value === "string" ? value : JSON.stringify(value),
    description: typeof description === "string" ? description : undefined,
    isSent: isAlwaysSent || isRequired || isNamed,
    isNamed,
  };
}
