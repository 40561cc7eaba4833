import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Source } from "../../src/contracts/source.js";
import { nodeHost } from "../../src/host/node-host.js";
import { openDuckdbSource } from "../../src/sources/database/duckdb-dialect.js";
import { describeDuckdb, importDuckdb } from "../connections/duckdb-package.js";
import { checkDatabase } from "../sources/database/database-fixture.js";
import { batchConformance, type BatchFixture } from "./batch-conformance.js";
import { callSource } from "./call-source.js";
import { readingConformance, type DialectFixture } from "./database-conformance.js";

const source = "connection_string: duckdb:///data/it.duckdb\n";

interface DuckdbModule {
  readonly DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }>;
      closeSync(): void;
    }>;
  };
}

/** A file of DuckDB with tables, which the source itself could not make: it only reads. */
async function setUp(tables: string, operations: string): Promise<BatchFixture & DialectFixture> {
  const folder = mkdtempSync(join(tmpdir(), "duckdb-"));
  mkdirSync(join(folder, "data"));
  const { DuckDBInstance } = (await importDuckdb()) as DuckdbModule;
  const instance = await DuckDBInstance.create(join(folder, "data/it.duckdb"));
  const connection = await instance.connect();
  await connection.run(tables);
  connection.closeSync();
  instance.closeSync();
  const { settings, calls } = checkDatabase({ source, operations }, folder);
  const opening = { name: "default", settings: settings!, host: nodeHost(), projectFolder: folder };
  const opened = (await openDuckdbSource(
    { ...opening, isMocked: false, log: () => undefined },
    importDuckdb,
  )) as Source;
  const call = (operation: string) => calls.get(operation)!;
  return {
    source: opened,
    call,
    run: async (operation, parameters = {}) =>
      (await callSource(opened, { call: call(operation), parameters })).value,
    async close() {
      await opened.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describeDuckdb("duckdb", () => {
  readingConformance("duckdb", setUp);
  batchConformance("duckdb", setUp);
});
