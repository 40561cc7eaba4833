import type { ColumnDescription, TableDescription } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";

/** What is written for one table: its operations, and a domain whose endpoints call them. */
export interface TableDomain {
  readonly name: string;
  readonly operations: ReadonlyMap<string, JsonObject>;
  readonly endpoints: ReadonlyMap<string, JsonObject>;
}

/** A list, and one row by its key: read, made, changed, deleted. A table without a key has the list alone. */
export function domainOfTable(table: TableDescription, sourceName: string): TableDomain {
  const name = slug(table.name);
  const usable = table.columns.filter(({ type }) => type !== undefined);
  const keys = usable.filter(({ isKey }) => isKey);
  const writing = new TableWriter(table, name, usable, keys, sourceName);
  const hasKey = keys.length > 0;
  const isWritable = usable.some(({ isKey }) => !isKey);
  const all = [
    writing.list(),
    ...(hasKey ? [writing.get()] : []),
    ...(usable.some(({ hasDefault }) => !hasDefault) ? [writing.create()] : []),
    ...(hasKey && isWritable ? [writing.update()] : []),
    ...(hasKey ? [writing.remove()] : []),
  ];
  return {
    name,
    operations: new Map(all.map(({ operationName, operation }) => [operationName, operation])),
    endpoints: new Map(all.map(({ endpointName, endpoint }) => [endpointName, endpoint])),
  };
}

interface Part {
  readonly operationName: string;
  readonly operation: JsonObject;
  readonly endpointName: string;
  readonly endpoint: JsonObject;
}

class TableWriter {
  private readonly table: TableDescription;
  private readonly name: string;
  private readonly usable: readonly ColumnDescription[];
  private readonly keys: readonly ColumnDescription[];
  private readonly source: JsonObject;

  constructor(
    table: TableDescription,
    name: string,
    usable: readonly ColumnDescription[],
    keys: readonly ColumnDescription[],
    sourceName: string,
  ) {
    this.table = table;
    this.name = name;
    this.usable = usable;
    this.keys = keys;
    this.source = sourceName === "default" ? {} : { source_id: sourceName };
  }

  list(): Part {
    const filters = this.usable.filter(
      ({ isFilter, name }) => isFilter && !["limit", "offset"].includes(slug(name)),
    );
    const order =
      this.keys.length === 0 ? "" : `\nORDER BY ${this.keys.map(({ sqlName }) => sqlName).join(", ")}`;
    const conditions = filters.map(
      ({ sqlName, name }) => `(:${slug(name)} IS NULL OR ${sqlName} = :${slug(name)})`,
    );
    const where = conditions.length === 0 ? "" : `\nWHERE ${conditions.join("\n  AND ")}`;
    const bounds = { limit: { type: "integer" }, offset: { type: "integer" } };
    return this.part(
      "list",
      {
        query: `SELECT ${this.columnList}\nFROM ${this.table.sqlName}${where}${order}\nLIMIT :limit OFFSET :offset\n`,
        params: { ...parameters(filters, { required: false }), ...bounds },
        returns: "many",
        max_rows: 1_000,
      },
      {
        path: `/${this.name}`,
        request: {
          query_params: {
            limit: { type: "integer", minimum: 1, maximum: 1_000, default: 50 },
            offset: { type: "integer", minimum: 0, default: 0 },
            ...schemas(filters),
          },
        },
        data_sources: [
          this.step("rows", "list", [...["limit", "offset"], ...names(filters)], "query_params"),
        ],
        response_mapping: { items: "$rows" },
      },
    );
  }

  get(): Part {
    return this.part(
      "get",
      {
        query: `SELECT ${this.columnList}\nFROM ${this.table.sqlName}\nWHERE ${this.keyCondition}\n`,
        params: parameters(this.keys),
        returns: "one",
      },
      {
        path: this.keyPath,
        request: { path_params: schemas(this.keys) },
        data_sources: [this.step("row", "get", names(this.keys), "path_params")],
        response_mapping: "$row",
      },
    );
  }

  create(): Part {
    const columns = this.usable.filter(({ hasDefault }) => !hasDefault);
    const returning = this.table.hasReturning ? `\nRETURNING ${this.columnList}` : "";
    const values = names(columns)
      .map((name) => `:${name}`)
      .join(", ");
    return this.part(
      "create",
      {
        query: `INSERT INTO ${this.table.sqlName} (${columns.map(({ sqlName }) => sqlName).join(", ")})\nVALUES (${values})${returning}\n`,
        params: writtenParameters(columns),
        ...(this.table.hasReturning ? { returns: "one" } : {}),
      },
      {
        method: "POST",
        path: `/${this.name}`,
        request: { body: bodySchema(columns) },
        data_sources: [this.step("made", "create", names(columns), "body")],
        response_status: 201,
        response_mapping: "$made",
      },
    );
  }

  update(): Part {
    const columns = this.usable.filter(({ isKey }) => !isKey);
    const changes = columns.map(({ sqlName, name }) => `${sqlName} = :${slug(name)}`).join(",\n    ");
    return this.part(
      "update",
      {
        query: `UPDATE ${this.table.sqlName}\nSET ${changes}\nWHERE ${this.keyCondition}\n`,
        params: { ...parameters(this.keys), ...writtenParameters(columns) },
      },
      {
        method: "PUT",
        path: this.keyPath,
        request: { path_params: schemas(this.keys), body: bodySchema(columns) },
        data_sources: [
          this.step(
            "changed",
            "update",
            names(this.keys),
            "path_params",
            names(columns).map((name) => [name, `$request.body.${name}`]),
          ),
        ],
        reject: [gone("changed")],
        response_mapping: { affected_rows: "$changed.affected_rows" },
      },
    );
  }

  remove(): Part {
    return this.part(
      "delete",
      {
        query: `DELETE FROM ${this.table.sqlName}\nWHERE ${this.keyCondition}\n`,
        params: parameters(this.keys),
      },
      {
        method: "DELETE",
        path: this.keyPath,
        request: { path_params: schemas(this.keys) },
        data_sources: [this.step("deleted", "delete", names(this.keys), "path_params")],
        reject: [gone("deleted")],
        response_mapping: { affected_rows: "$deleted.affected_rows" },
      },
    );
  }

  private part(verb: string, operation: JsonObject, endpoint: JsonObject): Part {
    const operationName = `${verb}_${this.name}`;
    return { operationName, operation: { ...this.source, ...operation }, endpointName: verb, endpoint };
  }

  private step(
    name: string,
    verb: string,
    from: readonly string[],
    place: string,
    more: readonly (readonly [string, string])[] = [],
  ): JsonObject {
    const params = from.map((each) => [each, `$request.${place}.${each}`] as const);
    return {
      name,
      type: "database",
      operation: `${verb}_${this.name}`,
      params: Object.fromEntries([...params, ...more]),
    };
  }

  private get columnList(): string {
    return this.usable.map(({ sqlName }) => sqlName).join(", ");
  }

  private get keyCondition(): string {
    return this.keys.map(({ sqlName, name }) => `${sqlName} = :${slug(name)}`).join(" AND ");
  }

  private get keyPath(): string {
    return `/${this.name}/${names(this.keys)
      .map((name) => `{${name}}`)
      .join("/")}`;
  }
}

function gone(step: string): JsonObject {
  return { when: `$${step}.affected_rows == 0`, status: 404, code: "not_found" };
}

function names(columns: readonly ColumnDescription[]): readonly string[] {
  return columns.map(({ name }) => slug(name));
}

/** A name that parameters, domains and operations can have. */
function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[a-z]/.test(plain) ? plain : `t_${plain}`;
}

function parameters(columns: readonly ColumnDescription[], more: JsonObject = {}): JsonObject {
  return Object.fromEntries(columns.map(({ name, type }) => [slug(name), { type: type!, ...more }]));
}

function writtenParameters(columns: readonly ColumnDescription[]): JsonObject {
  return Object.fromEntries(
    columns.map(({ name, type, isNullable }) => [
      slug(name),
      { type: type!, ...(isNullable ? { required: false } : {}) },
    ]),
  );
}

function schemas(columns: readonly ColumnDescription[]): JsonObject {
  return Object.fromEntries(columns.map((column) => [slug(column.name), schemaOf(column, false)]));
}

function bodySchema(columns: readonly ColumnDescription[]): JsonObject {
  const required = columns.filter(({ isNullable }) => !isNullable).map(({ name }) => slug(name));
  return {
    type: "object",
    properties: Object.fromEntries(
      columns.map((column) => [slug(column.name), schemaOf(column, column.isNullable)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function schemaOf({ type }: ColumnDescription, isNullable: boolean): JsonObject {
  if (type === "json") return {};
  const jsonType = ["integer", "number", "boolean"].includes(type!) ? type! : "string";
  const types: JsonValue = isNullable ? [jsonType, "null"] : jsonType;
  return { type: types, ...(type === "date" ? { format: "date" } : {}) };
}
