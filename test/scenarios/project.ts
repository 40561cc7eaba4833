import { mkdirSync, writeFileSync } from "node:fs";
import { request as sendRequest } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createApp, type AppOptions } from "../../src/server/app.js";
import { temporaryFolder } from "../host/temporary-folder.js";

/** The files of a project, by path. */
export type ProjectFiles = Readonly<Record<string, string>>;
export type Variables = Readonly<Record<string, string>>;

/** A project that serves on a free port until the test ends. */
export interface RunningProject {
  readonly folder: string;
  readonly port: number;
  send(request: Request): Promise<Reply>;
  /** Writes files over those there are, and lets the service read them; answers what came of it. */
  reload(files: ProjectFiles): Promise<string>;
  close(): Promise<void>;
}

export interface Request {
  readonly method?: string;
  /** Sent as it is: nothing is encoded or shortened. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Writes a project into a folder of its own, with the folder that its databases are in. */
export function writeProject(files: ProjectFiles): string {
  const folder = temporaryFolder(files);
  for (const name of ["config", "data"]) mkdirSync(join(folder, name), { recursive: true });
  return folder;
}

/** Serves a project as it would be served anywhere: real files, real sockets. */
export async function startProject(files: ProjectFiles, variables: Variables = {}): Promise<RunningProject> {
  const folder = writeProject(files);
  const options: AppOptions = { configPath: join(folder, "config"), logLevel: "silent" };
  const app = await withVariables(variables, () => createApp(options));
  onTestFinished(async () => void (await app.close()));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const port = Number(new URL(url).port);
  return {
    folder,
    port,
    send: (request) => exchange(port, request),
    reload: async (changed) => {
      for (const [path, text] of Object.entries(changed)) writeFileSync(join(folder, path), text);
      return (await app.reload()).status;
    },
    close: async () => void (await app.close()),
  };
}

/** Runs something with more variables in the environment, which are read while a project is opened. */
export async function withVariables<T>(variables: Variables, run: () => T | Promise<T>): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

/** One request over a connection of its own. */
export function exchange(port: number, { method, target, headers, body, signal }: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const options = { host: "127.0.0.1", port, path: target, method: method ?? "GET", agent: false };
    const sent = sendRequest({ ...options, headers: { ...type, ...headers }, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
