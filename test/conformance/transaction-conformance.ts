import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Source, Transaction } from "../../src/contracts/source.js";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import type { OpenedDatabase } from "../sources/database/database-fixture.js";
import { callContext, watchCall } from "./call-source.js";
import { errorOf } from "./source-conformance.js";

const tables = `
CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0));
CREATE TABLE owners (id INTEGER PRIMARY KEY, name VARCHAR(40));
INSERT INTO accounts SELECT 0, 100;
`;

const operations = `
fill: { query: "INSERT INTO accounts (id, balance) VALUES (:id, 100)", params: { id: { type: integer } } }
empty: { query: DELETE FROM accounts }
balance: { query: "SELECT balance FROM accounts WHERE id = :id", params: { id: { type: integer } }, returns: value }
total: { query: SELECT sum(balance) AS total FROM accounts, returns: value }
add: { query: "UPDATE accounts SET balance = balance + :amount WHERE id = :id", params: { id: { type: integer }, amount: { type: integer } } }
insert_returning: { query: "INSERT INTO accounts (id, balance) VALUES (:id, 7), (:id + 1, 8) RETURNING id", params: { id: { type: integer } }, returns: one }
broken: { query: SELECT nothing FROM nowhere, effect: write }
`;

/** What every dialect's transactions do. */
export function transactionConformance(
  dialect: string,
  setUp: (tables: string, operations: string) => Promise<OpenedDatabase>,
  options: { readonly slowWrite?: string } = {},
): void {
  describe(`${dialect}: transactions`, () => {
    let database: OpenedDatabase;
    beforeAll(async () => {
      const slow =
        options.slowWrite === undefined
          ? ""
          : `slow: { query: "${options.slowWrite}", effect: write, returns: value }\n`;
      database = await setUp(tables, operations + slow);
    });
    beforeEach(async () => {
      await database.run("empty");
      for (const id of [1, 2, 3]) await database.run("fill", { id });
    });
    afterAll(() => database.close());

    const begin = (more = {}) =>
      (database.source as Required<Source>).begin({ deadlineMs: performance.now() + 10_000, ...more });
    const inside = (transaction: Transaction, operation: string, parameters: JsonObject = {}) =>
      new Promise<JsonValue>((resolve, reject) => {
        transaction.start(database.call(operation), parameters, callContext(), {
          succeed: ({ value }) => resolve(value),
          fail: reject,
        });
      });

    test("what is committed stays; until then others see nothing of it", async () => {
      const transaction = await begin();
      await inside(transaction, "add", { id: 1, amount: -30 });
      await inside(transaction, "add", { id: 2, amount: 30 });
      expect(await inside(transaction, "balance", { id: 1 })).toBe(70);
      expect(await database.run("balance", { id: 1 })).toBe(100);
      await transaction.commit();
      expect(await database.run("balance", { id: 1 })).toBe(70);
      expect(await database.run("balance", { id: 2 })).toBe(130);
    });

    test("what is rolled back has not happened; rolling back twice is harmless", async () => {
      const transaction = await begin();
      await inside(transaction, "add", { id: 1, amount: -30 });
      await Promise.all([transaction.rollback(), transaction.rollback()]);
      expect(await database.run("balance", { id: 1 })).toBe(100);
      expect((await errorOf(inside(transaction, "balance", { id: 1 }))).code).toBe("SOURCE_CANCELLED");
    });

    test("going back to a savepoint undoes what came after it, a failure included", async () => {
      const transaction = await begin();
      await inside(transaction, "add", { id: 1, amount: 5 });
      const savepoint = await transaction.savepoint();
      await inside(transaction, "add", { id: 2, amount: 5 });
      expect((await errorOf(inside(transaction, "add", { id: 3, amount: -500 }))).code).toBe(
        "CONSTRAINT_VIOLATED",
      );
      await transaction.rollbackTo(savepoint);
      await inside(transaction, "add", { id: 3, amount: 5 });
      await transaction.commit();
      const balances = await Promise.all([1, 2, 3].map((id) => database.run("balance", { id })));
      expect(balances).toEqual([105, 100, 105]);
    });

    test("a released savepoint keeps what was done", async () => {
      const transaction = await begin();
      const outer = await transaction.savepoint();
      const inner = await transaction.savepoint();
      await inside(transaction, "add", { id: 1, amount: 5 });
      await transaction.release(inner);
      await transaction.release(outer);
      await transaction.commit();
      expect(await database.run("balance", { id: 1 })).toBe(105);
    });

    test("after a failure nothing more is done, and it cannot be committed", async () => {
      const transaction = await begin();
      await inside(transaction, "add", { id: 1, amount: 5 });
      expect((await errorOf(inside(transaction, "broken"))).code).toBe("QUERY_FAILED");
      expect((await errorOf(inside(transaction, "add", { id: 1, amount: 5 }))).code).toBe("SOURCE_CANCELLED");
      await errorOf(transaction.commit());
      expect(await database.run("balance", { id: 1 })).toBe(100);
    });

    test("a change that gives too many rows fails, and goes with the savepoint", async () => {
      const transaction = await begin();
      const savepoint = await transaction.savepoint();
      expect((await errorOf(inside(transaction, "insert_returning", { id: 50 }))).code).toBe("TOO_MANY_ROWS");
      await transaction.rollbackTo(savepoint);
      await transaction.commit();
      expect(await database.run("balance", { id: 50 })).toBeNull();
      expect((await errorOf(database.run("insert_returning", { id: 50 }))).code).toBe("TOO_MANY_ROWS");
      expect(await database.run("balance", { id: 50 })).toBeNull();
    });

    test("calls at the same time are done one after another", async () => {
      const transaction = await begin({ isolation: "serializable" });
      const adds = Array.from({ length: 20 }, () => inside(transaction, "add", { id: 1, amount: 1 }));
      expect(await inside(transaction, "balance", { id: 1 })).toBe(120);
      await Promise.all(adds);
      await transaction.commit();
      expect(await database.run("balance", { id: 1 })).toBe(120);
    });

    test("a call that is given up ends in the database, and the savepoint brings the transaction back", async (context) => {
      if (options.slowWrite === undefined) return context.skip();
      const transaction = await begin();
      await inside(transaction, "add", { id: 1, amount: 5 });
      const savepoint = await transaction.savepoint();
      const slow = watchCall(transaction as unknown as Source, {
        call: database.call("slow"),
        parameters: {},
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const beganMs = performance.now();
      slow.cancel();
      expect((await errorOf(inside(transaction, "balance", { id: 1 }))).code).toBe("SOURCE_CANCELLED");
      await transaction.rollbackTo(savepoint);
      expect(await inside(transaction, "balance", { id: 1 })).toBe(105);
      await transaction.commit();
      expect(performance.now() - beganMs).toBeLessThan(2_000);
      expect(slow.told).toEqual([]);
    });

    test("200 transfers at once, with failures and hang-ups between their steps: the sum is unchanged", async () => {
      const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => transfer(index)));
      expect(await database.run("total")).toSatisfy((total) => Number(total) === 300);
      expect(outcomes.filter((outcome) => outcome === "committed").length).toBeGreaterThan(0);
    });

    /** Takes from one account, gives to another, and now and then breaks off between. */
    async function transfer(index: number): Promise<string> {
      const [from, to] = [(index % 3) + 1, ((index + 1) % 3) + 1];
      let transaction: Transaction;
      try {
        transaction = await begin();
      } catch (error) {
        return (error as { code: string }).code;
      }
      try {
        await inside(transaction, "add", { id: from, amount: -1 });
        if (index % 5 === 1) throw new Error("the request was given up");
        if (index % 5 === 2) {
          watchCall(transaction as unknown as Source, {
            call: database.call("add"),
            parameters: { id: to, amount: 1 },
          }).cancel();
          throw new Error("the caller hung up");
        }
        await inside(transaction, "add", { id: to, amount: index % 5 === 3 ? -10_000 : 1 });
        await transaction.commit();
        return "committed";
      } catch (error) {
        await transaction.rollback();
        return (error as Error).message;
      }
    }
  });
}
