import { openDatabase } from "../sources/database/database-fixture.js";
import { batchConformance } from "./batch-conformance.js";
import { databaseConformance } from "./database-conformance.js";
import { slowQuery } from "./slow-query.js";
import { sourceConformance } from "./source-conformance.js";
import { transactionConformance } from "./transaction-conformance.js";

const schema = `
CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO items VALUES (0, 'zero'), (1, 'one'), (2, 'two');
`;

const operations = `
get_item: { query: "SELECT id, name FROM items WHERE id = :id", returns: one }
count_slowly: { query: "${slowQuery}", returns: value }
add_twice: { query: "INSERT INTO items VALUES (1, 'secret-name')" }
`;

const source = "connection_string: sqlite:///data/secret-folder.db\ninit_sql: schema.sql\n";
const names = ["zero", "one", "two"];

sourceConformance("database (sqlite)", async () => {
  const database = await openDatabase({ source, operations, files: { "schema.sql": schema } });
  return {
    source: database.source,
    quickCall: (index) => ({
      call: database.call("get_item"),
      parameters: { id: index },
      value: { id: index, name: names[index]! },
    }),
    slowCall: { call: database.call("count_slowly"), parameters: {} },
    failingCall: { call: database.call("add_twice"), parameters: {}, code: "CONSTRAINT_VIOLATED" },
    nullCall: { call: database.call("get_item"), parameters: { id: null } },
    secrets: ["secret-folder", "secret-name", "items"],
    async unreachable() {
      const other = await openDatabase({
        source: source.replace("data/", ""),
        operations,
        files: brokenFile,
      });
      return { source: other.source, call: { call: other.call("get_item"), parameters: { id: 1 } } };
    },
    tearDown: () => database.close(),
  };
});

const brokenFile = { "secret-folder.db": "not a database at all ".repeat(100), "schema.sql": schema };

const setUp = (tables: string, operations: string) =>
  openDatabase({
    source: "connection_string: sqlite:///data/conformance.db\ninit_sql: schema.sql\npool_timeout: 10s\n",
    operations,
    files: { "schema.sql": tables },
  });

databaseConformance("sqlite", setUp);
transactionConformance("sqlite", setUp);
batchConformance("sqlite", setUp);
