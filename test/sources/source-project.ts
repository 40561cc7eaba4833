import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Host } from "../../src/contracts/host.js";
import type { JsonObject } from "../../src/expression/value.js";
import { nodeHost } from "../../src/host/node-host.js";
import type { App } from "../../src/server/assemble-app.js";
import { loadProject, openService, type LoadedProject, type Service } from "../../src/service.js";
import { appOfService } from "../server/app-of-service.js";

export interface SourceProject {
  readonly folder: string;
  readonly host: Host;
  readonly loaded: LoadedProject;
  /** What the operator was told. */
  readonly log: readonly JsonObject[];
  open(): Promise<{ readonly service: Service; readonly app: App }>;
  close(): Promise<void>;
}

/** A project in a folder of its own, which `prepare` may fill before it is loaded. */
export function sourceProject(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  prepare: (folder: string) => void = () => undefined,
): SourceProject {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  prepare(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const host = nodeHost({ ...environment });
  const loaded = loadProject({ workingFolder: folder, configPath: "config", host });
  const log: JsonObject[] = [];
  let opened: { readonly service: Service; readonly app: App } | undefined;
  return {
    folder,
    host,
    loaded,
    log,
    async open() {
      const service = await openService(loaded, {
        host,
        log: (level, message, facts) => void log.push({ level, message, ...facts }),
      });
      opened = { service, app: await appOfService(service, loaded) };
      return opened;
    },
    async close() {
      await opened?.app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The lines of a YAML text, moved to the right. */
export function indented(yaml: string, by: number): string {
  return yaml.replaceAll(/^(?=.)/gm, " ".repeat(by));
}
