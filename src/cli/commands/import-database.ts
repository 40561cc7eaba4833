import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { TableDescription } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import { openService } from "../../service.js";
import { domainOfTable } from "../database-import/domain-of-table.js";
import { mergeFile } from "../database-import/merge-file.js";
import type { ImportDatabaseOptions } from "../define-commands.js";
import { openProject } from "../open-project.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

const command = "orchestrator-api import database";

/** Writes a starter domain for each table of a database source. What is there already stays as it is. */
export async function importDatabase(
  sourceName: string,
  options: ImportDatabaseOptions,
  shell: Shell,
): Promise<ExitCode> {
  const { loaded, config, host } = openProject(options, shell);
  const id = `database.${sourceName}`;
  if (!config.sources.some((source) => source.id === id)) {
    const known = config.sources.filter(({ kind }) => kind === "database").map(({ name }) => name);
    throw failure("SOURCE_UNKNOWN", { kind: "database", name: sourceName, known });
  }
  const service = await openService(loaded, { host });
  const tables = await service.tablesOf(id).finally(() => service.close());
  const base = existsSync(join(config.configFolder, "base"))
    ? join(config.configFolder, "base")
    : config.configFolder;
  for (const table of chosen(tables, options.tables)) {
    const domain = domainOfTable(table, sourceName);
    const operations = merge(
      yamlFile(base, "database"),
      ["database", "operations"],
      domain.operations,
      shell,
    );
    const endpoints = merge(yamlFile(base, `domains/${domain.name}`), ["endpoints"], domain.endpoints, shell);
    shell.result(`${table.name}: ${endpoints.added} endpoints and ${operations.added} operations added`);
  }
  return exitCodes.fine;
}

function chosen(tables: readonly TableDescription[], names: string | undefined): readonly TableDescription[] {
  if (names === undefined) return tables;
  return names.split(",").map((name) => {
    const found = tables.find((table) => table.name === name.trim());
    if (found !== undefined) return found;
    const reason = `there is no table "${name.trim()}"; known: ${tables.map((table) => table.name).join(", ")}`;
    throw failure("COMMAND_USAGE", { reason, command });
  });
}

function merge(
  file: string,
  path: readonly string[],
  entries: ReadonlyMap<string, JsonObject>,
  shell: Shell,
) {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const merged = mergeFile(before, relative(shell.workingFolder, file), path, entries);
  if (merged.added > 0) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, merged.text);
  }
  return merged;
}

function yamlFile(folder: string, name: string): string {
  const yml = join(folder, `${name}.yml`);
  return existsSync(yml) ? yml : join(folder, `${name}.yaml`);
}
