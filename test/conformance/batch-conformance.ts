import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallContext, Prepared, Source } from "../../src/contracts/source.js";
import { withBatch, BatchTable } from "../../src/engine/calls/batch.js";
import { JoinTable } from "../../src/engine/calls/join.js";
import { callSource, wrapped, type EngineContext, type RunCall } from "../../src/engine/calls/run-call.js";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import type { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { callContext } from "./call-source.js";

/** An opened database of one dialect with the tables and operations below. */
export interface BatchFixture {
  readonly source: Source;
  call(operation: string): Prepared;
  close(): Promise<void>;
}

/** Names that some collations count as equal, and one that stands twice. */
const tables = `
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40), balance NUMERIC(10, 2), born DATE);
INSERT INTO people VALUES (1, 'Ada', 1.5, '1815-12-10'), (2, 'ada', 2, '1906-12-09'), (3, 'Zoë', 3.25, '1815-12-10'),
  (4, 'zoe', 1.5, NULL), (5, 'Linus', NULL, '1969-12-28'), (6, 'Linus', 7, '1969-12-28'), (7, NULL, 9, NULL);
CREATE TABLE cells (row_no INTEGER, letter VARCHAR(5), language VARCHAR(5), word VARCHAR(20));
INSERT INTO cells VALUES (1, 'a', 'en', 'one'), (1, 'b', 'en', 'two'), (2, 'a', 'en', 'three'), (2, 'b', 'de', 'vier'),
  (1, 'a', 'de', 'eins'), (3, 'c', 'en', 'nine'), (3, 'c', 'en', 'again');
`;

const people = "SELECT id, name, balance FROM people WHERE";
const cells = "SELECT row_no, letter, word FROM cells WHERE";
const operations = `
by_id:
  query: ${people} id = :id
  params: { id: { type: integer, default: 1 } }
  returns: one
  batch: { query: "${people} id IN (:ids)", params: { ids: id }, key: id, max_size: 5 }
by_optional_id:
  query: ${people} id = :id OR (:id IS NULL AND id = 7)
  params: { id: { type: integer, required: false } }
  returns: one
  batch: { query: "${people} id IN (:ids)", params: { ids: id }, key: id }
by_name:
  query: ${people} name = :name
  params: { name: { type: string } }
  returns: one
  batch: { query: "${people} name IN (:names)", params: { names: name }, key: name }
all_by_name:
  query: ${people} name = :name ORDER BY id DESC
  params: { name: { type: string } }
  batch: { query: "${people} name IN (:names) ORDER BY id DESC", params: { names: name }, key: name }
few_by_name:
  query: ${people} name = :name
  params: { name: { type: string } }
  max_rows: 1
  batch: { query: "${people} name IN (:names)", params: { names: name }, key: name }
id_by_balance:
  query: SELECT id FROM people WHERE balance = :balance ORDER BY id
  params: { balance: { type: number } }
  returns: value
  batch: { query: "SELECT balance, id FROM people WHERE balance IN (:all) ORDER BY id", params: { all: balance }, key: balance }
by_day:
  query: SELECT id, born FROM people WHERE born = :day ORDER BY id
  params: { day: { type: date } }
  batch: { query: "SELECT id, born FROM people WHERE born IN (:days) ORDER BY id", params: { days: day }, key: born }
cell:
  query: ${cells} row_no = :row AND letter = :letter AND language = :language
  params: { row: { type: integer }, letter: { type: string }, language: { type: string } }
  returns: one
  batch:
    query: ${cells} row_no IN (:rows) AND letter IN (:letters) AND language = :language
    params: { letters: letter, rows: row }
    key: [letter, row_no]
`;

const ids = fc.constantFrom<JsonValue>(
  1,
  2,
  3,
  7,
  99,
  "1",
  "01",
  "+2",
  -1,
  "9007199254740993",
  null,
  "x",
  1.5,
);
const names = fc.constantFrom<JsonValue>(
  "Ada",
  "ada",
  "ADA",
  "Zoë",
  "zoe",
  "Zoe",
  "Linus",
  "nobody",
  "",
  "Ada ",
  5,
);
const balances = fc.constantFrom<JsonValue>(1.5, "1.50", 2, "2", 2.0, 3.25, "0.1", 9, "many");
const days = fc.constantFrom<JsonValue>("1815-12-10", "1969-12-28", "2000-01-01", "2000-02-30");
const cell = fc.record<JsonObject>({
  row: fc.constantFrom<JsonValue>(1, 2, 3, "1", 9),
  letter: fc.constantFrom<JsonValue>("a", "b", "c", "A", "z"),
  language: fc.constantFrom<JsonValue>("en", "de"),
});
const cases: readonly (readonly [string, fc.Arbitrary<JsonObject>])[] = [
  ["by_id", fc.record({ id: ids })],
  ["by_optional_id", fc.record({ id: ids })],
  ["by_name", fc.record({ name: names })],
  ["all_by_name", fc.record({ name: names })],
  ["few_by_name", fc.record({ name: names })],
  ["id_by_balance", fc.record({ balance: balances })],
  ["by_day", fc.record({ day: days })],
  ["cell", cell],
];

/** Calls that are made as one get what each would have got by itself. */
export function batchConformance(
  dialect: string,
  setUp: (tables: string, operations: string) => Promise<BatchFixture>,
): void {
  describe(`${dialect}: many calls as one`, () => {
    let database: BatchFixture;
    beforeAll(async () => {
      database = await setUp(tables, operations);
    }, 60_000);
    afterAll(() => database.close());

    test.each(cases)(
      "`%s` answers the same together and apart",
      async (operation, parameters) => {
        const call = database.call(operation);
        await fc.assert(
          fc.asyncProperty(fc.array(parameters, { minLength: 1, maxLength: 9 }), async (all) => {
            const { source } = database;
            const apart = await Promise.all(
              all.map((each) => outcome(callSource(source, call), each, engineContext())),
            );
            const context = engineContext();
            const together = await Promise.all(
              all.map((each) => outcome(batched(source, call), each, context)),
            );
            expect(together).toEqual(apart);
          }),
          { numRuns: 25 },
        );
      },
      60_000,
    );

    test("different keys are one query for each `max_size` of them", async () => {
      const sent: string[] = [];
      const context = engineContext((parameters) => sent.push(JSON.stringify(parameters)));
      const run = batched(database.source, database.call("by_id"));
      const all = [1, 2, 2, 3, 4, 5, 6, 7];
      const found = await Promise.all(all.map((id) => outcome(run, { id }, context)));
      expect(found).toMatchObject(all.map((id) => ({ value: { id } })));
      expect(sent).toEqual(['{"ids":[1,2,3,4,5]}', '{"ids":[6,7]}']);
    });
  });
}

function batched(source: Source, call: Prepared): RunCall {
  const batch = call.batch!;
  return wrapped(callSource(source, call), [withBatch(batch, callSource(source, batch.call))]);
}

function engineContext(onAttempt?: (parameters: JsonObject) => void): EngineContext {
  const context: CallContext = callContext();
  const { deadlineMs } = context;
  return {
    ...context,
    lateMs: deadlineMs,
    joins: new JoinTable(),
    batches: new BatchTable(),
    transaction: undefined,
    onAttempt,
  };
}

function outcome(run: RunCall, parameters: JsonObject, context: EngineContext) {
  return new Promise<{ readonly value: JsonValue } | { readonly code: string }>((resolve) => {
    run(parameters, context, {
      succeed: ({ value }) => resolve({ value }),
      fail: ({ code }: OrchestratorError) => resolve({ code }),
    });
  });
}
