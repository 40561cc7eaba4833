import { afterAll, beforeAll } from "vitest";
import type { DatabaseServer } from "../servers/database-server.js";
import { openDatabase } from "../sources/database/database-fixture.js";
import { batchConformance } from "./batch-conformance.js";
import { columnForms, type ColumnForm } from "./column-forms.js";
import { databaseConformance } from "./database-conformance.js";
import { serverConnections, type ConnectionWords } from "./server-connections.js";
import { serverBehaviour, type ServerWords } from "./server-behaviour.js";
import { sourceConformance } from "./source-conformance.js";
import { transactionConformance } from "./transaction-conformance.js";

const tables = [
  "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL)",
  "INSERT INTO items VALUES (0, 'zero'), (1, 'one'), (2, 'two')",
];
const names = ["zero", "one", "two"];

/** Both suites for the databases of one server, which runs while they do. */
export function serverConformance(
  dialect: string,
  words: ServerWords & ConnectionWords,
  start: () => Promise<DatabaseServer>,
  writingFunction: string,
  forms: readonly ColumnForm[],
): void {
  let server!: DatabaseServer;
  let count = 0;
  beforeAll(async () => {
    server = await start();
    await server.createDatabase("items");
    await server.admin("items", ...tables);
  }, 120_000);
  afterAll(() => server?.stop());

  const operations = `
get_item: { query: "SELECT id, name FROM items WHERE id = :id", params: { id: { type: integer } }, returns: one }
wait: { query: "${words.sleep(2)}", returns: value }
add_twice: { query: "INSERT INTO items VALUES (1, 'secret-name')" }
`;

  sourceConformance(`database (${dialect})`, async () => {
    const database = await openDatabase({ source: server.source("items"), operations });
    return {
      source: database.source,
      quickCall: (index) => ({
        call: database.call("get_item"),
        parameters: { id: index },
        value: { id: index, name: names[index]! },
      }),
      slowCall: { call: database.call("wait"), parameters: {} },
      failingCall: { call: database.call("add_twice"), parameters: {}, code: "CONSTRAINT_VIOLATED" },
      nullCall: { call: database.call("get_item"), parameters: { id: null } },
      secrets: ["secret-password", "secret-name", "items", "127.0.0.1"],
      async unreachable() {
        const nowhere = server.source("items").replace(/:\d+\//, ":1/");
        const other = await openDatabase({ source: nowhere, operations });
        return { source: other.source, call: { call: other.call("get_item"), parameters: { id: 1 } } };
      },
      tearDown: () => database.close(),
    };
  });

  const setUp = async (tables: string, operations: string) => {
    const name = `conformance_${count++}`;
    await server.createDatabase(name);
    await server.admin(name, ...tables.split(";").filter((statement) => statement.trim() !== ""));
    return openDatabase({ source: server.source(name, "pool_timeout: 10s\n"), operations });
  };
  databaseConformance(dialect, setUp);
  transactionConformance(dialect, setUp, { slowWrite: words.sleep(20) });
  batchConformance(dialect, setUp);
  columnForms(dialect, forms, () => server);
  serverBehaviour(dialect, words, writingFunction, () => server);
  serverConnections(dialect, words, () => server);
}
