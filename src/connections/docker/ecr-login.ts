import type { Clock } from "../../contracts/host.js";
import { isJsonList, isJsonObject, type JsonValue } from "../../expression/value.js";
import type { AwsCredentials } from "../http/auth/auth.js";
import { signed } from "../http/auth/aws-signature.js";
import { HttpClient } from "../http/http-client.js";
import type { HttpReply } from "../http/http-reply.js";
import type { RegistryLogin } from "./registry-auth.js";

const renewBeforeMs = 30 * 60_000;
const longestAnswer = 65_536;

/** The account and the region that a name of an image in ECR holds; `undefined` for an image of another registry. */
export function ecrRegion(image: string): string | undefined {
  return /^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\//.exec(image)?.[1];
}

/** The login of ECR, which AWS gives for twelve hours to who signs the question. */
export class EcrLogin {
  private readonly origin: string;
  private readonly credentials: AwsCredentials;
  private readonly clock: Clock;
  private known: { readonly login: RegistryLogin; readonly untilMs: number } | undefined;

  constructor(origin: string, credentials: AwsCredentials, clock: Clock) {
    this.origin = origin;
    this.credentials = credentials;
    this.clock = clock;
  }

  async login(): Promise<RegistryLogin> {
    if (this.known !== undefined && this.known.untilMs > this.clock.nowMs()) return this.known.login;
    const client = new HttpClient({ origin: this.origin, connections: 1 });
    try {
      this.known = loginOf(await ask(client, this.origin, this.credentials, this.clock));
      return this.known.login;
    } finally {
      await client.close();
    }
  }
}

function ask(
  client: HttpClient,
  origin: string,
  credentials: AwsCredentials,
  clock: Clock,
): Promise<HttpReply> {
  const request = {
    method: "POST",
    path: "/",
    headers: [
      ...["content-type", "application/x-amz-json-1.1"],
      ...["x-amz-target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"],
    ],
    body: "{}",
  };
  const sent = signed(request, new URL(origin).host, credentials, clock.nowMs());
  return new Promise((resolve, reject) => {
    client.send(sent, longestAnswer, { replied: resolve, failed: reject });
  });
}

function loginOf(reply: HttpReply): { readonly login: RegistryLogin; readonly untilMs: number } {
  const body = JSON.parse(reply.body.toString("utf8") || "null") as JsonValue;
  if (reply.status !== 200) {
    const type = isJsonObject(body) ? String(body["__type"] ?? "").replace(/^.*#/, "") : "";
    throw new Error(`AWS gave no login for ECR: ${type === "" ? `it answered with ${reply.status}` : type}`);
  }
  const list = isJsonObject(body) ? body["authorizationData"] : undefined;
  const [first] = isJsonList(list) ? list : [];
  const token = isJsonObject(first) ? first["authorizationToken"] : undefined;
  const expires = isJsonObject(first) ? first["expiresAt"] : undefined;
  if (typeof token !== "string") throw new Error("AWS gave no login for ECR: its answer has none");
  const [username, ...password] = Buffer.from(token, "base64").toString().split(":");
  return {
    login: { username: username!, password: password.join(":") },
    untilMs: (typeof expires === "number" ? expires * 1_000 : 0) - renewBeforeMs,
  };
}
