import type { RegistryContent } from "./model.js";
import {
  contentOf,
  contentQuery,
  fingerprintQuery,
  presentTables,
  type RegistryDialect,
  type RegistryRow,
} from "./registry-tables.js";
import type { RegistrySource } from "./registry-source.js";

/** A database that holds a registry. */
export interface RegistryDatabase {
  readonly dialect: RegistryDialect;
  /** The rows of a query. Rejects where it fails. */
  query(text: string, values: readonly string[]): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** A registry in the tables of a database. */
export class SqlRegistry implements RegistrySource {
  readonly shown: string;
  private readonly database: RegistryDatabase;
  private readonly project: string;
  private tables: readonly string[] = [];

  constructor(database: RegistryDatabase, project: string, shown: string) {
    this.database = database;
    this.project = project;
    this.shown = shown;
  }

  async fingerprint(): Promise<string> {
    return JSON.stringify(await this.ofProject(fingerprintQuery));
  }

  async load(): Promise<RegistryContent> {
    return contentOf((await this.ofProject(contentQuery)) as readonly RegistryRow[], this.project);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private async ofProject(query: typeof contentQuery): Promise<readonly object[]> {
    const { database, project } = this;
    this.tables = presentTables(await database.query(database.dialect.tables, []), this.tables);
    return database.query(query(this.tables, database.dialect), [project]);
  }
}
