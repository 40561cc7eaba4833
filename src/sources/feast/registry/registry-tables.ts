import { WireReader } from "../../../connections/protobuf/wire-reader.js";
import { readEntity, readService, viewVersion } from "./decode-registry.js";
import { readView } from "./decode-views.js";
import type { RegistryContent, ViewKind } from "./model.js";

/** The tables of a registry: a row for each object, with its message in one column. */
const tables: readonly RegistryTable[] = [
  { name: "entities", message: "entity_proto" },
  { name: "feature_services", message: "feature_service_proto" },
  { name: "feature_views", message: "feature_view_proto", kind: "feature_view" },
  { name: "stream_feature_views", message: "feature_view_proto", kind: "stream_feature_view", isNew: true },
  {
    name: "on_demand_feature_views",
    message: "feature_view_proto",
    kind: "on_demand_feature_view",
    isNew: true,
  },
  { name: "label_views", message: "feature_view_proto", kind: "label_view", isNew: true },
  { name: "feature_view_version_history", message: "feature_view_proto", hasVersions: true, isNew: true },
];

interface RegistryTable {
  readonly name: string;
  readonly message: string;
  /** Of the views in it, where all are of one kind. */
  readonly kind?: ViewKind;
  readonly hasVersions?: boolean;
  /** Not every release has it. */
  readonly isNew?: boolean;
}

/** What is different from database to database. Each query but `tables` takes the name of the project. */
export interface RegistryDialect {
  /** A query of the names of all tables. */
  readonly tables: string;
  readonly parameter: string;
  /** A column of bytes as text of hexadecimal digits. */
  hex(column: string): string;
}

/** An object of the registry. */
export interface RegistryRow {
  readonly name: string;
  /** In hexadecimal digits. */
  readonly message: string;
  readonly kind: string | null;
  readonly version: number | null;
}

/**
 * The tables of a registry among those of a database. Throws where one is missing that every release has, or that was
 * there before.
 */
export function presentTables(rows: readonly object[], before: readonly string[] = []): readonly string[] {
  const all = new Set((rows as readonly { readonly name: string }[]).map(({ name }) => name));
  const needed = tables.filter(({ name, isNew }) => isNew !== true || before.includes(name));
  const missing = needed.find(({ name }) => !all.has(name));
  if (missing !== undefined) throw new Error(`it has no table "${missing.name}"`);
  return tables.map(({ name }) => name).filter((name) => all.has(name));
}

/** A query of what changes when the project does: as Feast counts time in seconds, that alone would not tell. */
export function fingerprintQuery(present: readonly string[], { parameter }: RegistryDialect): string {
  return union(present, ({ name, message, hasVersions }) => {
    const time = hasVersions === true ? "created_timestamp" : "last_updated_timestamp";
    return `SELECT '${name}' AS name, count(*) AS count, sum(length(${message})) AS size, max(${time}) AS time
      FROM ${name} WHERE project_id = ${parameter}`;
  });
}

/** A query of everything that a project has: one, so that all of it is of one moment. Its rows are RegistryRows. */
export function contentQuery(present: readonly string[], { parameter, hex }: RegistryDialect): string {
  return union(present, ({ name, message, hasVersions }) => {
    const version =
      hasVersions === true
        ? "feature_view_type AS kind, version_number AS version"
        : "CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS INTEGER) AS version";
    return `SELECT '${name}' AS name, ${hex(message)} AS message, ${version}
      FROM ${name} WHERE project_id = ${parameter}`;
  });
}

function union(present: readonly string[], select: (table: RegistryTable) => string): string {
  return tables
    .filter(({ name }) => present.includes(name))
    .map(select)
    .join("\nUNION ALL\n");
}

/** Throws WireError. */
export function contentOf(rows: readonly RegistryRow[], project: string): RegistryContent {
  // The column says whose a row is; in the messages the project may be missing.
  const own = <T extends object>(object: T) => ({ ...object, project });
  const of = (table: string) => rows.filter(({ name }) => name === table);
  return {
    versionId: "",
    projects: rows.length === 0 ? [] : [project],
    entities: of("entities").map((row) => own(readEntity(new WireReader(bytesOf(row))))),
    services: of("feature_services").map((row) => own(readService(new WireReader(bytesOf(row))))),
    versions: of("feature_view_version_history")
      .flatMap((row) => viewVersion(bytesOf(row), row.kind!, row.version!) ?? [])
      .map((each) => ({ ...each, view: own(each.view) })),
    views: tables.flatMap(({ name, kind }) =>
      kind === undefined ? [] : of(name).map((row) => own(readView(new WireReader(bytesOf(row)), kind))),
    ),
  };
}

function bytesOf({ message }: RegistryRow): Buffer {
  return Buffer.from(message, "hex");
}
