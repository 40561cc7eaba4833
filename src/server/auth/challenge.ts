import type { Access } from "../../contracts/access.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";

/** `WWW-Authenticate` of a refusal, by RFC 9110 and RFC 6750; `undefined` where credentials are not what is wrong. */
export function challengesOf(
  { code, message }: OrchestratorError,
  { methods, scopes }: Access,
  realm: string,
): readonly string[] | undefined {
  const bearer = bearerError(code, message, scopes);
  if (bearer === undefined) return undefined;
  const named = `realm=${quoted(realm)}`;
  return methods.map((method) =>
    (method === "jwt" ? ["Bearer", [named, ...bearer].join(", ")] : ["ApiKey", named]).join(" "),
  );
}

function bearerError(
  code: string,
  message: string,
  scopes: readonly string[],
): readonly string[] | undefined {
  if (code === "CREDENTIALS_MISSING") return [];
  if (code === "CREDENTIALS_REFUSED")
    return ['error="invalid_token"', `error_description=${quoted(message)}`];
  if (code !== "ACCESS_DENIED") return undefined;
  return [
    'error="insufficient_scope"',
    ...(scopes.length === 0 ? [] : [`scope=${quoted(scopes.join(" "))}`]),
  ];
}

/** Only what a header and a quoted text may hold. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', "'").replace(/[^\x20-\x5B\x5D-\x7E]/g, "?")}"`;
}
