import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import { createApp, type App } from "../../../src/index.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { audience, issuerName } from "./issuer.js";

export interface Shop {
  readonly app: App;
  readonly url: string;
  readonly folder: string;
  get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<ShopReply>;
}

export interface ShopReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** `auth.jwt` with the keys of an issuer. */
export function jwtKeys(keys: string, more = ""): string {
  return `  jwt:\n    issuer: ${issuerName}\n    audience: ${audience}\n    ${keys}\n${more.replace(/^(?=.)/gm, "    ")}`;
}

export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** A shop that listens, with these keys under `auth` and these endpoints, until the test ends. */
export async function startShop(
  auth: string,
  endpoints: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Shop> {
  const folder = temporaryFolder({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0 }\nadmin: false\nlogging: { level: silent }\nauth:\n${auth}`,
    "config/domains/shop.yaml": `endpoints:\n${endpoints}`,
    ...files,
  });
  const app = await createApp({ workingFolder: folder });
  onTestFinished(async () => void (await app.close()));
  const url = await app.listen();
  return {
    app,
    url,
    folder,
    async get(path, headers = {}, method = "GET") {
      const reply = await fetch(`${url}${path}`, { headers, method });
      const text = await reply.text();
      return { status: reply.status, headers: reply.headers, body: text === "" ? {} : JSON.parse(text) };
    },
  };
}
