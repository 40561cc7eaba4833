import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Variables } from "../../../src/config/reading/variables.js";
import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import type { Prepared, Source } from "../../../src/contracts/source.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { Report } from "../../../src/problems/report.js";
import type { CheckContext, Schema } from "../../../src/schema/schema.js";
import type { MappingTree } from "../../../src/schema/tree.js";
import { databaseSource } from "../../../src/sources/database/database-source.js";
import { callSource } from "../../conformance/call-source.js";

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly facts: JsonObject | undefined;
}

export interface OpenedDatabase {
  readonly source: Source;
  readonly folder: string;
  readonly log: readonly LogEntry[];
  call(operation: string): Prepared;
  run(operation: string, parameters?: JsonObject): Promise<JsonValue>;
  close(): Promise<void>;
}

export interface DatabaseFiles {
  /** YAML of one source; by default a file of its own. */
  readonly source?: string;
  /** YAML of the operations. */
  readonly operations: string;
  /** Files to write into the project first, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder of another fixture, to share its database. */
  readonly folder?: string;
}

export const ownFile = "connection_string: sqlite:///data/local.db\n";

/** A source and its operations as the configuration would make them, in a project folder of its own. */
export async function openDatabase(given: DatabaseFiles): Promise<OpenedDatabase> {
  const folder = given.folder ?? mkdtempSync(join(tmpdir(), "database-"));
  for (const [name, text] of Object.entries(given.files ?? {})) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const checked = checkDatabase(given, folder);
  if (checked.settings === undefined) throw new Error(JSON.stringify(checked.report.sorted()));
  const log: LogEntry[] = [];
  const source = (await databaseSource.open({
    name: "default",
    settings: checked.settings,
    host: nodeHost(),
    projectFolder: folder,
    isMocked: false,
    log: (level, message, facts) => void log.push({ level, message, facts }),
  })) as Source;
  const call = (name: string) => {
    const found = checked.calls.get(name);
    if (found === undefined) throw new Error(`${name}: ${JSON.stringify(checked.report.sorted())}`);
    return found;
  };
  return {
    source,
    folder,
    log,
    call,
    run: async (name, parameters = {}) => (await callSource(source, { call: call(name), parameters })).value,
    async close() {
      await source.close();
      if (given.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the checker finds in a source and its operations. */
export function checkDatabase(given: DatabaseFiles, folder: string) {
  const report = new Report();
  const settings = check(databaseSource.settings, given.source ?? ownFile, "source.yaml", folder, report);
  const calls = new Map<string, Prepared>();
  const operations = readYaml(given.operations, "operations.yaml", report);
  for (const [name, { value, keyLocation }] of operations?.entries ?? []) {
    const operation = databaseSource.operation.check(value, contextFor(folder, report));
    if (settings === undefined || operation === undefined) continue;
    const prepared = databaseSource.prepare({
      sourceName: "default",
      operationName: name,
      settings,
      operation,
      tree: value,
      location: keyLocation,
      report,
    });
    if (prepared) calls.set(name, prepared);
  }
  return { settings, calls, report };
}

/** The problems of one operation as `line:column CODE`, in order. */
export function problemsOf(operation: string, source?: string, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "database-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const indented = operation.replaceAll(/^/gm, "  ");
  const { report } = checkDatabase({ operations: `op:\n${indented}`, ...(source ? { source } : {}) }, folder);
  rmSync(folder, { recursive: true });
  return report.sorted();
}

function check<T>(
  schema: Schema<T>,
  yaml: string,
  file: string,
  folder: string,
  report: Report,
): T | undefined {
  const written: MappingTree | undefined = readYaml(yaml, file, report);
  const host = { ...nodeHost(), env };
  const tree = written && new Variables({ host, resolvePath: (path) => path, report }).replaceIn(written);
  return tree && schema.check(tree, contextFor(folder, report));
}

function contextFor(folder: string, report: Report): CheckContext {
  return {
    report,
    env,
    usedVariables: new Set(),
    readText(path) {
      try {
        return readFileSync(path.startsWith("/") ? path : join(folder, path), "utf8");
      } catch {
        throw failure("FILE_NOT_FOUND", { path });
      }
    },
  };
}

/** The password of every database server that tests start. */
function env(name: string): string | undefined {
  return name === "DB_PASSWORD" ? "secret-password" : undefined;
}
