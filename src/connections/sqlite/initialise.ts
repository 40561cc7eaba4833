import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { SqliteConnection } from "./driver.js";
import { InitError } from "./init-error.js";
import type { InitFile, InitSettings } from "./protocol.js";
import { splitScript } from "./sql-script.js";
import { rollBack } from "./statement-runner.js";

/**
 * Fills a database that has no tables, all or nothing. Of several processes that start at once, one does it and the
 * others find its tables. Throws InitError.
 */
export function initialise(connection: SqliteConnection, settings: InitSettings): void {
  if (hasTables(connection)) return;
  connection.exec("BEGIN EXCLUSIVE");
  try {
    if (!hasTables(connection)) {
      for (const script of settings.scripts) runScript(connection, script);
      for (const table of settings.tables) fillTable(connection, table);
    }
    connection.exec("COMMIT");
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

function hasTables(connection: SqliteConnection): boolean {
  const found = connection
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'")
    .get();
  return found !== undefined;
}

function runScript(connection: SqliteConnection, file: InitFile): void {
  for (const { text, line } of splitScript(readText(file))) {
    at(file, line, () => connection.exec(text));
  }
}

function fillTable(connection: SqliteConnection, file: InitFile & { readonly table: string }): void {
  const [header, ...records] = readRecords(file);
  if (header === undefined) throw new InitError(file.shown, 1, "the header line is missing");
  const columns = header.values.map(quoteName).join(", ");
  const places = header.values.map(() => "?").join(", ");
  const insert = at(file, header.line, () =>
    connection.prepare(`INSERT INTO ${quoteName(file.table)} (${columns}) VALUES (${places})`),
  );
  for (const { values, line } of records) {
    at(file, line, () => insert.run(...values.map((value) => (value === "" ? null : value))));
  }
}

interface CsvRecord {
  readonly values: readonly string[];
  readonly line: number;
}

/** All values are bound as text; the type of the column converts them. */
function readRecords(file: InitFile): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  const text = readText(file);
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      on_record: (values: string[], { lines }) => {
        records.push({ values, line: lines });
        return null;
      },
    });
  } catch (error) {
    throw new InitError(file.shown, (error as { lines?: number }).lines ?? 1, error);
  }
  return records;
}

function readText(file: InitFile): string {
  return at(file, 1, () => readFileSync(file.path, "utf8"));
}

function at<T>(file: InitFile, line: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InitError(file.shown, line, error);
  }
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
