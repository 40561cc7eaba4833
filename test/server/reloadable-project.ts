import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { onTestFinished } from "vitest";
import { defineSource } from "../../src/contracts/define-source.js";
import type { SourceType } from "../../src/contracts/source.js";
import { object, optional } from "../../src/schema/composites.js";
import { text } from "../../src/schema/scalars.js";
import { openApp, type OpenedApp } from "../../src/server/app.js";
import type { Plugin } from "../../src/server/build-server.js";
import { temporaryFolder } from "../host/temporary-folder.js";

/** One opened source of the kind `echo`: what opened it, and whether it is closed. */
export interface Echo {
  readonly name: string;
  readonly says: string;
  isClosed: boolean;
}

/** A kind of source that answers what it is configured to say, and remembers every one that was opened. */
export function echoKind(): { readonly type: SourceType; readonly opened: Echo[] } {
  const opened: Echo[] = [];
  const type = defineSource<{ says?: string | undefined }, object>({
    kind: "echo",
    settings: object({ says: optional(text(), "What it answers.") }),
    operation: object({}),
    prepare: () => ({ effect: "read", parameters: [] }),
    async open(settings, { name }) {
      const echo: Echo = { name, says: settings.says ?? "nothing", isClosed: false };
      opened.push(echo);
      return {
        run: async () => {
          if (echo.isClosed) throw new Error("It is closed.");
          return { value: echo.says };
        },
        close: async () => void (echo.isClosed = true),
      };
    },
  });
  return { type: type as SourceType, opened };
}

/** Routes that answer only when they are told to. */
export function holding(): { readonly plugin: Plugin; release(): void; readonly waiting: () => number } {
  const waiting: (() => void)[] = [];
  return {
    plugin: async (app: FastifyInstance) => {
      app.get("/hold", () => new Promise((resolve) => waiting.push(() => resolve({ held: true }))));
    },
    release: () => {
      for (const answer of waiting.splice(0)) answer();
    },
    waiting: () => waiting.length,
  };
}

export const baseFiles = {
  "config/config.yaml": "server: { host: 127.0.0.1, port: 0, shutdown_timeout: 2s }\nadmin: false\n",
  "config/integrations/echo_sources.yaml": `echo:
  sources:
    kept: { says: always the same, operations: { get: {} } }
    changing: { says: first, operations: { get: {} } }
`,
  "config/domains/shop.yaml": `endpoints:
  both:
    path: /both
    data_sources:
      - { name: kept, type: echo, source_id: kept, operation: get }
      - { name: changing, type: echo, source_id: changing, operation: get }
`,
};

export interface Reloadable extends OpenedApp {
  readonly folder: string;
  readonly url: string;
  readonly opened: readonly Echo[];
  readonly lines: Record<string, unknown>[];
  write(files: Readonly<Record<string, string | undefined>>): void;
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A project that listens, whose files can be written anew; it is closed when the test ends. */
export async function startReloadable(
  files: Readonly<Record<string, string>> = {},
  plugins: readonly Plugin[] = [],
): Promise<Reloadable> {
  const folder = temporaryFolder({ ...baseFiles, ...files });
  const { type, opened } = echoKind();
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null, level: "debug" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const parts = await openApp({ workingFolder: folder, sources: [type], plugins, logger });
  onTestFinished(async () => void (await parts.app.close()));
  const url = await parts.app.listen();
  return {
    ...parts,
    folder,
    url,
    opened,
    lines,
    write(changed) {
      for (const [path, content] of Object.entries(changed)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        if (content === undefined) rmSync(join(folder, path));
        else writeFileSync(join(folder, path), content);
      }
    },
    async get(path) {
      const reply = await fetch(`${url}${path}`);
      return { status: reply.status, body: await reply.json() };
    },
  };
}
