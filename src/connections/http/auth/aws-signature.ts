import { createHash, createHmac } from "node:crypto";
import type { HttpRequest } from "../http-client.js";
import type { AwsCredentials } from "./auth.js";

/**
 * Signs a request with AWS Signature Version 4: the request with `X-Amz-Date`, `Authorization` and, where they
 * belong, `X-Amz-Security-Token` and `X-Amz-Content-Sha256` added. `host` is that of the origin.
 * Source: "Create a signed AWS API request", AWS Identity and Access Management User Guide.
 */
export function signed(
  request: HttpRequest,
  host: string,
  credentials: AwsCredentials,
  nowMs: number,
): HttpRequest {
  const { region, service, accessKeyId, secretAccessKey } = credentials;
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = date.slice(0, 8);
  const bodyHash = sha256(request.body ?? "");
  const added = addedHeaders(date, bodyHash, credentials);
  const headers = [...request.headers, ...added];
  const covered = coveredHeaders(headers, host);
  const names = covered.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.path),
    ...covered.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    bodyHash,
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(
    (previous, part) => hmac(previous, part),
    `AWS4${secretAccessKey.reveal()}`,
  );
  const signature = hmac(key, toSign).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...request, headers: [...headers, "Authorization", authorization] };
}

/** S3 wants the hash of the body as a header; everyone wants the token of credentials that end. */
function addedHeaders(date: string, bodyHash: string, { service, sessionToken }: AwsCredentials): string[] {
  const headers = ["X-Amz-Date", date];
  if (sessionToken !== undefined) headers.push("X-Amz-Security-Token", sessionToken.reveal());
  if (service === "s3") headers.push("X-Amz-Content-Sha256", bodyHash);
  return headers;
}

/** What is signed: host, content type and everything of AWS, sorted. Proxies may change the rest on the way. */
function coveredHeaders(headers: readonly string[], host: string): readonly (readonly [string, string])[] {
  const covered = new Map([["host", host]]);
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!.toLowerCase();
    const isCovered = name === "host" || name === "content-type" || name.startsWith("x-amz-");
    if (isCovered) covered.set(name, headers[index + 1]!.trim().replace(/ +/g, " "));
  }
  return [...covered].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each part is encoded once more, but for S3, where the path is signed as it is sent. */
function canonicalPath(target: string, service: string): string {
  const path = target.split("?", 1)[0]!;
  return service === "s3" ? path : path.split("/").map(encoded).join("/");
}

function canonicalQuery(target: string): string {
  const start = target.indexOf("?");
  if (start < 0) return "";
  return target
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [encoded(decoded(name)), encoded(decoded(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Percent-encodes all but unreserved characters (RFC 3986). */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
