import { STATUS_CODES } from "node:http";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { problemContentType, problemResponse } from "./problem-response.js";

/** A reply to a request of which nothing is known, or next to nothing. */
export interface RawProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function rawProblem({ problem }: OrchestratorError): RawProblem {
  const context = { instance: undefined, executionId: undefined, isDebug: false };
  const { status, body, retryAfter } = problemResponse(problem, context);
  const headers = {
    "content-type": problemContentType,
    "content-length": String(Buffer.byteLength(body)),
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    "x-content-type-options": "nosniff",
  };
  return { status, headers, body };
}

/** The reply as it goes over a connection, for what no response object of Node answers. */
export function rawText({ status, headers, body }: RawProblem, connection: "close" | "keep-alive"): string {
  const lines = Object.entries({ ...headers, connection }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n");
}
