import type { Endpoint } from "../../config/model.js";
import { constantOf } from "../../config/response-keys.js";

/** The status of an answer that nothing went wrong with; `undefined` where each request decides it anew. */
export function successStatus({ response: { status } }: Endpoint): number | undefined {
  if (status === undefined) return 200;
  const constant = constantOf(status);
  return typeof constant === "number" ? constant : undefined;
}
