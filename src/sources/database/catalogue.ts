import type { ColumnDescription, TableDescription } from "../../contracts/source.js";
import type { DialectName } from "./connection-string.js";
import type { Dialect } from "./dialect.js";
import type { ParameterType } from "./parameter-type.js";

/** One column, as the catalogue of a database tells it. */
export interface CatalogueRow {
  readonly table: string;
  readonly column: string;
  /** The database's own words. */
  readonly type: string;
  readonly nullable: boolean | number;
  /** Whether a row can be made without it. */
  readonly defaulted: boolean | number;
  readonly key: boolean | number;
}

const maxColumns = 100_000;

export function catalogueStatement<SentStatement, Value>(
  dialect: Dialect<SentStatement, Value>,
): SentStatement {
  return dialect.statement(dialect.catalogue, {
    effect: "read",
    returns: "many",
    maxRows: maxColumns,
    verb: "SELECT",
    insertsInto: undefined,
    parameterTypes: [],
  });
}

export function tablesOf(rows: readonly CatalogueRow[], dialect: DialectName): readonly TableDescription[] {
  const tables = new Map<string, ColumnDescription[]>();
  for (const row of rows) {
    const columns = tables.get(row.table) ?? [];
    tables.set(row.table, columns);
    columns.push(columnOf(row, dialect));
  }
  return [...tables].map(([name, columns]) => ({
    name,
    sqlName: quoted(name, dialect),
    columns,
    hasReturning: dialect === "postgresql" || dialect === "sqlite",
  }));
}

function columnOf(
  { column, type, nullable, defaulted, key }: CatalogueRow,
  dialect: DialectName,
): ColumnDescription {
  const [, found, isFilter] = forms.find(([form]) => form.test(type)) ?? [
    undefined,
    "string" as const,
    false,
  ];
  return {
    name: column,
    sqlName: quoted(column, dialect),
    type: found,
    isFilter: isFilter === true,
    isNullable: Boolean(nullable),
    hasDefault: Boolean(defaulted),
    isKey: Boolean(key),
  };
}

function quoted(name: string, dialect: DialectName): string {
  const quote = dialect === "mysql" ? "`" : '"';
  return quote + name.replaceAll(quote, quote + quote) + quote;
}

/** The first that fits. Types that only the database knows, such as an enum, take a text and are no filters. */
const forms: readonly (readonly [RegExp, ParameterType | undefined, boolean])[] = [
  [/^(?:bool(?:ean)?|tinyint\(1\))/i, "boolean", true],
  [/\[\]|^array|^interval|^bit/i, undefined, false],
  [/blob|^bytea|binary/i, undefined, false],
  [/json/i, "json", false],
  [/int|serial|^year/i, "integer", true],
  [/^(?:numeric|decimal|real|double|float|money)/i, "number", true],
  [/^(?:timestamp|datetime)/i, "timestamp", true],
  [/^date/i, "date", true],
  [/char|text|clob|^enum|^set/i, "string", true],
];
