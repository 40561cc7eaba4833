import { WireReader } from "../../../connections/protobuf/wire-reader.js";
import { readEntity, readService, viewVersion } from "./decode-registry.js";
import { readView } from "./decode-views.js";
import type { RegistryContent, ViewKind } from "./model.js";
import type { RegistrySource } from "./registry-source.js";

/** How the tables of a registry are asked, whatever the database. */
export interface RegistryQueries {
  /** The column of every row of the project, as bytes. A table that does not exist has none. */
  messages(table: string, column: string, project: string): Promise<readonly Buffer[]>;
  /** The versions of views: bytes, kind, number. */
  versions(project: string): Promise<readonly (readonly [bytes: Buffer, kind: string, version: number])[]>;
  /** When the project was last changed, as text; empty where that is not known. */
  lastUpdated(project: string): Promise<string>;
  close(): Promise<void>;
}

const viewTables: readonly (readonly [ViewKind, string])[] = [
  ["feature_view", "feature_views"],
  ["stream_feature_view", "stream_feature_views"],
  ["on_demand_feature_view", "on_demand_feature_views"],
  ["label_view", "label_views"],
];

/** A registry in tables: a row for each object, each with one message. */
export class SqlRegistry implements RegistrySource {
  readonly shown: string;
  private readonly queries: RegistryQueries;
  private readonly project: string;

  constructor(queries: RegistryQueries, project: string, shown: string) {
    this.queries = queries;
    this.project = project;
    this.shown = shown;
  }

  fingerprint(): Promise<string> {
    return this.queries.lastUpdated(this.project);
  }

  async load(): Promise<RegistryContent> {
    const { queries, project } = this;
    const of = (table: string, column: string) => queries.messages(table, column, project);
    const [entities, services, versions, ...views] = await Promise.all([
      of("entities", "entity_proto"),
      of("feature_services", "feature_service_proto"),
      queries.versions(project),
      ...viewTables.map(([, table]) => of(table, "feature_view_proto")),
    ]);
    // The column says whose a row is; in the messages the project may be missing.
    const own = <T extends object>(message: T) => ({ ...message, project });
    return {
      versionId: "",
      projects: [project],
      entities: entities.map((bytes) => own(readEntity(new WireReader(bytes)))),
      services: services.map((bytes) => own(readService(new WireReader(bytes)))),
      versions: versions.flatMap((each) => {
        const found = viewVersion(...each);
        return found === undefined ? [] : [{ ...found, view: own(found.view) }];
      }),
      views: views.flatMap((rows, index) =>
        rows.map((bytes) => own(readView(new WireReader(bytes), viewTables[index]![0]))),
      ),
    };
  }

  close(): Promise<void> {
    return this.queries.close();
  }
}
