import type { TraceHeaders } from "../../contracts/source.js";
import type { HttpRequest } from "./http-client.js";

const names = new Set(["traceparent", "tracestate"]);

/** A request that says which trace it belongs to, in place of what it says of that itself. */
export function traced<Request extends Pick<HttpRequest, "headers">>(
  request: Request,
  trace: TraceHeaders | undefined,
): Request {
  if (trace === undefined) return request;
  const { traceparent, tracestate } = trace;
  const others = request.headers.filter(
    (_, index, all) => !names.has(all[index - (index % 2)]!.toLowerCase()),
  );
  const added = tracestate === undefined ? [] : ["tracestate", tracestate];
  return { ...request, headers: [...others, "traceparent", traceparent, ...added] };
}
