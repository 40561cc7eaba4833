import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Host } from "../../../src/contracts/host.js";
import type { JsonObject } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import type { App } from "../../../src/server/assemble-app.js";
import { loadProject, openService, type LoadedProject, type Service } from "../../../src/service.js";
import { appOfService } from "../../server/app-of-service.js";

export const fixtures = resolve(import.meta.dirname, "../../fixtures/feast");

export interface FeastProjectFiles {
  /** The recorded repository, copied into the project as `repo`; none for a source that only has a server. */
  readonly repository?: string | undefined;
  /** YAML of the source, its keys at the left edge. */
  readonly source: string;
  /** YAML of the endpoints of a domain `features`. */
  readonly endpoints?: string | undefined;
  /** More files, by path in the project. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface FeastProject {
  readonly folder: string;
  readonly host: Host;
  readonly loaded: LoadedProject;
  /** What the operator was told. */
  readonly log: readonly JsonObject[];
  open(): Promise<{ readonly service: Service; readonly app: App }>;
  close(): Promise<void>;
}

/** A project with one Feast source, `default`, in a folder of its own. */
export function feastProject(given: FeastProjectFiles): FeastProject {
  const folder = mkdtempSync(join(tmpdir(), "feast-"));
  if (given.repository !== undefined)
    cpSync(join(fixtures, given.repository), join(folder, "repo"), { recursive: true });
  const files = {
    "config/config.yaml": "app: { name: Features }\n",
    "config/integrations/feast_config.yaml": `feast:\n  sources:\n    default:\n${indented(given.source, 6)}\n`,
    "config/domains/features.yaml":
      given.endpoints === undefined ? "" : `endpoints:\n${indented(given.endpoints, 2)}\n`,
    ...given.files,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const host = nodeHost({ ...given.env });
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

export function indented(yaml: string, by: number): string {
  return yaml.replaceAll(/^(?=.)/gm, " ".repeat(by));
}
