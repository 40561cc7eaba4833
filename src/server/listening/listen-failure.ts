import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";

const reasons: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name could not be looked up",
};

/** Why listening failed, in words. */
export function listenFailure(cause: NodeJS.ErrnoException, host: string, port: number): OrchestratorError {
  if (cause.code === "EADDRINUSE") return failure("PORT_IN_USE", { host, port }, { cause });
  if (cause.code === "EACCES" || cause.code === "EPERM")
    return failure("PORT_FORBIDDEN", { port }, { cause });
  const reason = reasons[cause.code ?? ""] ?? `the system answered ${cause.code ?? cause.message}`;
  return failure("ADDRESS_UNAVAILABLE", { host, reason }, { cause });
}
