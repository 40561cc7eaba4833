import { entry } from "../entry.js";

/** Problems that a caller of the HTTP API sees, beside those of sources. */
export const replyProblems = {
  TRAFFIC_ARM_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A caller who may name the arm of a step's `traffic` names one that it does not have.",
    (p) => ({
      message: "The header names an arm that does not exist.",
      hint: `Name one of these: ${p.known.join(", ")}.`,
    }),
  ),
  REQUEST_INVALID: entry<{ count: number }>(
    "The request does not fit the endpoint's schema; `errors` has every violation with its pointer.",
    (p) => ({
      message: `The request has ${p.count === 1 ? "a value" : `${p.count} values`} that cannot be used.`,
    }),
  ),
  REQUEST_MALFORMED: entry<{ reason: string }>(
    "The request cannot be read at all: its JSON, its path or its headers are broken.",
    (p) => ({ message: `The request cannot be read: ${p.reason}.` }),
  ),
  REQUEST_TOO_LARGE: entry<{ limit: string }>("The body is larger than `server.body_limit`.", (p) => ({
    message: `The request body is larger than ${p.limit}.`,
  })),
  REQUEST_HEADERS_TOO_LARGE: entry(
    "The path and the headers of a request are larger than the server reads.",
    () => ({
      message: "The path and headers of the request are too large.",
    }),
  ),
  REQUEST_TIMED_OUT: entry("The rest of a request did not arrive in time.", () => ({
    message: "The rest of the request did not arrive in time.",
  })),
  CONTENT_TYPE_UNSUPPORTED: entry<{ found: string; expected: string }>(
    "The body has a content type that the endpoint does not read.",
    (p) => ({ message: `A body of type "${p.found}" cannot be read here.`, hint: `Send ${p.expected}.` }),
  ),
  ROUTE_NOT_FOUND: entry<{ path: string }>("No endpoint has this path.", () => ({
    message: "There is nothing at this path.",
  })),
  METHOD_NOT_ALLOWED: entry<{ method: string; allowed: readonly string[] }>(
    "The path exists, but not with this method; `Allow` lists those it has.",
    (p) => ({
      message: `This path does not answer ${p.method}.`,
      hint: `It answers ${p.allowed.join(", ")}.`,
    }),
  ),
  NOT_FOUND: entry("An endpoint's `not_found` held, or its primary step found nothing.", () => ({
    message: "What was asked for does not exist.",
  })),
  REJECTED: entry<{ detail?: string }>("A `reject` guard held that names no code of its own.", (p) => ({
    message: p.detail ?? "The request was refused.",
  })),
  ENDPOINT_TIMED_OUT: entry<{ afterMs: number }>(
    "An endpoint's `timeout` ended before its answer was ready.",
    (p) => ({
      message: `No answer was ready within ${p.afterMs} ms.`,
    }),
  ),
  REQUEST_CANCELLED: entry("The caller hung up before the answer was ready.", () => ({
    message: "The caller hung up.",
  })),
  WRITE_OUTCOME_UNKNOWN: entry("The deadline met a write that may or may not have happened.", () => ({
    message: "The request ended while something was being written; it may or may not have happened.",
    hint: "Look before you repeat it.",
  })),
  SERVICE_OVERLOADED: entry(
    "The service has as much work as `server.overload` lets it take; `Retry-After` says when to come again.",
    () => ({ message: "The service is too busy at the moment. Try again in a moment." }),
  ),
  IDEMPOTENCY_KEY_MISSING: entry(
    "The endpoint wants an `Idempotency-Key`, and the request has none.",
    () => ({
      message: "The request has no `Idempotency-Key`.",
      hint: "Send a value that is new for each request, and the same when you send it again.",
    }),
  ),
  IDEMPOTENCY_KEY_TOO_LONG: entry<{ limit: number }>("An `Idempotency-Key` is too long.", (p) => ({
    message: `The \`Idempotency-Key\` is longer than ${p.limit} characters.`,
  })),
  IDEMPOTENCY_KEY_IN_USE: entry("A request with the same `Idempotency-Key` still runs.", () => ({
    message: "A request with this `Idempotency-Key` still runs.",
    hint: "Send it again a little later.",
  })),
  IDEMPOTENCY_KEY_REUSED: entry("Another request had the same `Idempotency-Key`.", () => ({
    message: "Another request had this `Idempotency-Key`.",
    hint: "Send a new key with a new request.",
  })),
  IDEMPOTENCY_OUTCOME_UNKNOWN: entry(
    "What became of the request that had the `Idempotency-Key` first is not known: a write met the deadline, the answer to a COMMIT was lost, or the service ended.",
    () => ({
      message: "It is not known what became of the request that had this `Idempotency-Key` first.",
      hint: "Look before you send it with a new key.",
    }),
  ),
  IDEMPOTENCY_UNAVAILABLE: entry(
    "The file that keeps idempotency keys cannot be used; the log says why.",
    () => ({
      message: "The request could not be made safe to repeat, so it was not begun.",
    }),
  ),
  SERVICE_STOPPING: entry("The service is shutting down and takes no new work.", () => ({
    message: "The service is stopping.",
  })),
  INTERNAL: entry("A fault of the service itself; the log has the details under the execution id.", () => ({
    message: "Something went wrong inside the service.",
  })),
};

/** Problems of starting to serve, told to the operator. */
export const servingProblems = {
  PORT_IN_USE: entry<{ host: string; port: number }>(
    "The port to listen at is taken by another program.",
    (p) => ({
      message: `Port ${p.port} of ${p.host} is in use by another program.`,
      hint: "Stop that program, or choose another port with `--port` or `server.port`.",
    }),
  ),
  PORT_FORBIDDEN: entry<{ port: number }>("The system does not let the service listen at its port.", (p) => ({
    message: `The system does not allow this user to listen at port ${p.port}.`,
    hint: "Choose a port above 1023 with `--port` or `server.port`.",
  })),
  ADDRESS_UNAVAILABLE: entry<{ host: string; reason: string }>(
    "The address to listen at is none of this machine.",
    (p) => ({
      message: `The service cannot listen at "${p.host}": ${p.reason}.`,
      hint: "Use `0.0.0.0` for every address of this machine, or `127.0.0.1` for this machine alone.",
    }),
  ),
  CERTIFICATE_UNUSABLE: entry<{ path: string; reason: string }>(
    "A file of `server.tls` is no certificate or key, or the two do not belong together.",
    (p) => ({
      message: `The certificate "${p.path}" cannot be used: ${p.reason}.`,
      hint: "`cert_file` and `key_file` are files in PEM that belong together.",
    }),
  ),
  WORKER_ENDED: entry<{ how: string }>("A worker ended before it served.", (p) => ({
    message: `A worker ended before it served: ${p.how}.`,
    hint: "What it wrote before stands above.",
  })),
  PLUGIN_ROUTE_TAKEN: entry<{ method: string; path: string; owner: string }>(
    "A plug-in has a route that a configured endpoint, or the service itself, has too.",
    (p) => ({
      message: `A plug-in adds the route ${p.method} ${p.path}, which belongs to ${p.owner}.`,
      hint: "Configured routes win: give the plug-in's route another path.",
    }),
  ),
};

export const requestProblems = { ...replyProblems, ...servingProblems };
