import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import { Secret } from "../../../schema/secret.js";
import { bodyText } from "../body-text.js";
import type { HttpRequest } from "../http-client.js";
import type { HttpReply } from "../http-reply.js";
import { parseJson } from "../parse-json.js";
import { retryAfterMs } from "../retry-after.js";
import type { ClientCredentials } from "./auth.js";

/** A token and how long it may be used. */
export interface AccessToken {
  /** The value of the `Authorization` header. */
  readonly authorization: Secret;
  readonly lifetimeMs: number;
}

/** What is taken where the other side does not say how long its token lives. */
const unsaidLifetimeMs = 300_000;

/** The request that asks for a token (RFC 6749, section 4.4.2). */
export function tokenRequest(credentials: ClientCredentials): HttpRequest {
  const { tokenUrl, clientId, clientSecret, scopes, audience, clientAuth } = credentials;
  const fields = new URLSearchParams({ grant_type: "client_credentials" });
  if (scopes.length > 0) fields.set("scope", scopes.join(" "));
  if (audience !== undefined) fields.set("audience", audience);
  const headers = ["Accept", "application/json", "Content-Type", "application/x-www-form-urlencoded"];
  if (clientAuth === "basic") {
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret.reveal())}`;
    headers.push("Authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  } else {
    fields.set("client_id", clientId);
    fields.set("client_secret", clientSecret.reveal());
  }
  return { method: "POST", path: tokenUrl.fullPath, headers, body: fields.toString() };
}

/** Throws SOURCE_TOKEN_REFUSED, SOURCE_UNAVAILABLE, SOURCE_FAILED: nothing has reached the source itself then. */
export function readToken(reply: HttpReply, nowMs: number): AccessToken {
  if (reply.status !== 200) throw failingStatus(reply, nowMs);
  const answer = parsed(reply);
  const token = isJsonObject(answer) ? answer["access_token"] : undefined;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw refused("its answer has no `access_token`", reply.status);
  }
  const seconds = Number((answer as Record<string, JsonValue>)["expires_in"] ?? Number.NaN);
  const lifetimeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : unsaidLifetimeMs;
  return { authorization: new Secret(`Bearer ${token}`), lifetimeMs };
}

function failingStatus(reply: HttpReply, nowMs: number): OrchestratorError {
  const { status } = reply;
  const extras = { upstreamStatus: status, wasSent: false };
  if (status === 429 || status === 503) {
    const waitMs = retryAfterMs(reply.header("retry-after"), nowMs);
    return failure("SOURCE_UNAVAILABLE", {}, { ...extras, retryAfterMs: waitMs });
  }
  if (status < 500) return refused(`it answered ${status}${errorWord(reply)}`, status);
  const cause = new Error("the token endpoint failed");
  return failure("SOURCE_FAILED", { status }, { ...extras, cause });
}

function refused(reason: string, upstreamStatus: number): OrchestratorError {
  const cause = new Error(`no token could be had: ${reason}`);
  return failure("SOURCE_TOKEN_REFUSED", { reason }, { upstreamStatus, wasSent: false, cause });
}

/** The one word that OAuth answers with, such as `invalid_client`; nothing else of the answer is repeated. */
function errorWord(reply: HttpReply): string {
  const answer = parsed(reply);
  const word = isJsonObject(answer) ? answer["error"] : undefined;
  return typeof word === "string" && /^[a-z_]{1,40}$/.test(word) ? ` ${word}` : "";
}

function parsed(reply: HttpReply): JsonValue {
  try {
    return parseJson(bodyText(reply));
  } catch {
    return null;
  }
}

/** As a form encodes it, which is what RFC 6749 asks for inside the `Authorization` header too. */
function formEncoded(text: string): string {
  return new URLSearchParams({ a: text }).toString().slice(2);
}
