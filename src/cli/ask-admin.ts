import { resolve } from "node:path";
import type { JsonObject } from "../expression/value.js";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { adminTokenPath, readToken } from "../server/admin/admin-token.js";
import type { LoadedProject } from "../service.js";

export interface AskAdminOptions {
  /** Where the admin listener is; by default where the project's configuration says. */
  readonly adminUrl?: string | undefined;
  /** The file with its token; by default `admin.token` of the configuration, else `data/admin.token`. */
  readonly tokenFile?: string | undefined;
  readonly body?: JsonObject | undefined;
  readonly loaded: LoadedProject;
  readonly workingFolder: string;
}

export interface AdminReply {
  readonly status: number;
  readonly body: JsonObject;
}

const timeoutMs = 120_000;

/**
 * Asks the admin listener of the running service. Throws ADMIN_OFF, ADMIN_TOKEN_MISSING, ADMIN_UNREACHABLE, and
 * ADMIN_REFUSED for a reply that is neither a success nor a 422.
 */
export async function askAdmin(method: string, path: string, options: AskAdminOptions): Promise<AdminReply> {
  const url = addressOf(options);
  const { body: sent } = options;
  const headers = {
    authorization: `Bearer ${tokenOf(options)}`,
    ...(sent === undefined ? {} : { "content-type": "application/json" }),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const text = sent === undefined ? null : JSON.stringify(sent);
  const reply = await send(new URL(path, url), { method, headers, body: text, signal });
  const body = parse(await reply.text());
  if (body !== undefined && (reply.ok || reply.status === 422)) return { status: reply.status, body };
  const detail = typeof body?.["detail"] === "string" ? body["detail"] : "this is not an admin listener.";
  throw failure("ADMIN_REFUSED", { url: url.origin, status: reply.status, detail });
}

function addressOf({ adminUrl, loaded }: AskAdminOptions): URL {
  if (adminUrl !== undefined) {
    if (URL.canParse(adminUrl) && new URL(adminUrl).protocol === "http:") return new URL(adminUrl);
    const reason = `"${adminUrl}" is no address such as http://127.0.0.1:9001.`;
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api config reload" });
  }
  const { admin, problems } = loaded;
  if (admin === undefined) throw new OrchestratorError(problems[0]!, undefined, problems);
  if (admin === false) throw failure("ADMIN_OFF", {});
  const host = admin.host === "0.0.0.0" || admin.host === "::" ? "127.0.0.1" : admin.host;
  return new URL(`http://${host.includes(":") ? `[${host}]` : host}:${admin.port}`);
}

function tokenOf({ tokenFile, loaded, workingFolder }: AskAdminOptions): string {
  const { admin, projectFolder = workingFolder } = loaded;
  const configured = admin === undefined || admin === false ? undefined : admin.token?.reveal();
  if (tokenFile === undefined && configured !== undefined) return configured;
  const path = tokenFile === undefined ? adminTokenPath(projectFolder) : resolve(workingFolder, tokenFile);
  let token: string | undefined;
  try {
    token = readToken(path);
  } catch (error) {
    throw failure("ADMIN_TOKEN_MISSING", { path, reason: (error as Error).message }, { cause: error });
  }
  if (token === undefined) throw failure("ADMIN_TOKEN_MISSING", { path, reason: "there is none" });
  return token;
}

async function send(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const reason =
      cause?.code === "ECONNREFUSED" ? "nothing listens there" : (cause?.message ?? (error as Error).message);
    throw failure("ADMIN_UNREACHABLE", { url: url.origin, reason }, { cause: error });
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}
