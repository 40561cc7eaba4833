import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { JsonObject } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import type { App } from "../../../src/server/assemble-app.js";
import { loadProject, openService, type LoadedProject, type Service } from "../../../src/service.js";
import { appOfService } from "../../server/app-of-service.js";

export interface MlProjectFiles {
  /** YAML of the source `default`, its keys at the left edge. */
  readonly source: string;
  /** YAML of the endpoints of a domain `models`. */
  readonly endpoints: string;
  /** More files, by path in the project. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface MlProject {
  readonly folder: string;
  readonly loaded: LoadedProject;
  /** `file:line:column CODE` of every problem. */
  readonly problems: readonly string[];
  /** What the operator was told. */
  readonly log: readonly JsonObject[];
  open(): Promise<{ readonly service: Service; readonly app: App }>;
  close(): Promise<void>;
}

/** A project with one source of models, `default`, in a folder of its own. */
export function mlProject(given: MlProjectFiles): MlProject {
  const folder = mkdtempSync(join(tmpdir(), "ml-"));
  const files = {
    "config/config.yaml": "app: { name: Models }\n",
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n    default:\n${indented(given.source, 6)}\n`,
    "config/domains/models.yaml": `endpoints:\n${indented(given.endpoints, 2)}\n`,
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
    loaded,
    problems: loaded.problems.map(({ code, location }) => {
      return `${location?.file.replace(/^.*\//, "")}:${location?.line}:${location?.column} ${code}`;
    }),
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
  return yaml.trim().replaceAll(/^(?=.)/gm, " ".repeat(by));
}
