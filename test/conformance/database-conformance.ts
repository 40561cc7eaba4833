import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import { errorOf } from "./source-conformance.js";

/** An opened database of one dialect with the tables and operations below. */
export interface DialectFixture {
  run(operation: string, parameters?: JsonObject): Promise<JsonValue>;
  close(): Promise<void>;
}

/** Tables in SQL that every dialect reads. */
const tables = `
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, age INTEGER, balance DOUBLE PRECISION);
CREATE TABLE visits (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people (id),
  visited_at TIMESTAMP,
  seen_on DATE,
  distance BIGINT
);
INSERT INTO people (id, name, age, balance) VALUES (1, 'Ada', 36, 12.5), (2, 'Grace', 45, 0), (3, 'Linus', NULL, -1.25);
`;

const operations = `
get_person: { query: "SELECT id, name, age, balance FROM people WHERE id = :id", params: { id: { type: integer } }, returns: one }
list_people: { query: SELECT id FROM people ORDER BY id }
count_people: { query: SELECT count(*) AS n FROM people, returns: value }
first_of_name: { query: "SELECT id FROM people WHERE name = :name", returns: value }
one_of_all: { query: SELECT id FROM people, returns: one }
two_rows_at_most: { query: SELECT id FROM people, max_rows: 2 }
with_ids: { query: "SELECT id FROM people WHERE id IN (:ids) ORDER BY id", params: { ids: { type: integer } } }
without_ids: { query: "SELECT id FROM people WHERE id NOT IN (:ids) ORDER BY id", params: { ids: { type: integer } } }
older_than: { query: "SELECT id FROM people WHERE age > :age OR :age IS NULL ORDER BY id", params: { age: { type: integer, required: false } } }
with_default: { query: "SELECT id FROM people WHERE age > :age", params: { age: { type: integer, default: 40 } } }
add_person: { query: "INSERT INTO people (id, name) VALUES (:id, :name)", params: { id: { type: integer }, name: { type: string } } }
rename_all: { query: "UPDATE people SET name = :name WHERE id < 3" }
rename_none: { query: "UPDATE people SET name = 'x' WHERE id < 0" }
remove_person: { query: "DELETE FROM people WHERE id = :id" }
add_returning: { query: "INSERT INTO people (id, name) VALUES (:id, :name) RETURNING id, name", returns: one }
add_visit: { query: "INSERT INTO visits (id, person_id, visited_at, seen_on, distance) VALUES (:id, :person, :at, :on, :distance)", params: { at: { type: timestamp, required: false }, on: { type: date, required: false }, distance: { type: integer, required: false } } }
get_visit: { query: "SELECT visited_at, seen_on, distance FROM visits WHERE id = :id", returns: one }
broken: { query: SELECT nothing FROM nowhere }
`;

type SetUp = (tables: string, operations: string) => Promise<DialectFixture>;

/** What every dialect reads in the same way, also one that only reads. */
export function readingConformance(dialect: string, setUp: SetUp): void {
  describe(`${dialect}: reading as in every dialect`, () => {
    let database: DialectFixture;
    beforeAll(async () => {
      database = await setUp(tables, operations);
    });
    afterAll(() => database.close());

    const codeOf = async (operation: string, parameters: JsonObject = {}) =>
      (await errorOf(database.run(operation, parameters))).code;

    test("`one` is a row, or null", async () => {
      expect(await database.run("get_person", { id: 1 })).toEqual({
        id: 1,
        name: "Ada",
        age: 36,
        balance: 12.5,
      });
      expect(await database.run("get_person", { id: 3 })).toMatchObject({ age: null, balance: -1.25 });
      expect(await database.run("get_person", { id: 99 })).toBeNull();
    });

    test("`many` is a list in the order of the query", async () => {
      expect(await database.run("list_people")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    });

    test("`value` is the first column of the first row, or null", async () => {
      expect(await database.run("count_people")).toBe(3);
      expect(await database.run("first_of_name", { name: "Grace" })).toBe(2);
      expect(await database.run("first_of_name", { name: "nobody" })).toBeNull();
    });

    test("a second row for `one`, and a row too many, fail", async () => {
      expect(await codeOf("one_of_all")).toBe("TOO_MANY_ROWS");
      expect(await codeOf("two_rows_at_most")).toBe("TOO_MANY_ROWS");
    });

    test("lists bind in IN and NOT IN, the empty list included", async () => {
      expect(await database.run("with_ids", { ids: [3, 1, 99] })).toEqual([{ id: 1 }, { id: 3 }]);
      expect(await database.run("with_ids", { ids: [] })).toEqual([]);
      expect(await database.run("without_ids", { ids: [3, 1] })).toEqual([{ id: 2 }]);
      expect(await database.run("without_ids", { ids: [] })).toHaveLength(3);
    });

    test("optional parameters bind null or their default", async () => {
      expect(await database.run("older_than", { age: 40 })).toEqual([{ id: 2 }]);
      expect(await database.run("older_than")).toHaveLength(3);
      expect(await database.run("with_default")).toEqual([{ id: 2 }]);
      expect(await database.run("with_default", { age: 30 })).toHaveLength(2);
    });
  });
}

/** What every dialect answers in the same way. */
export function databaseConformance(dialect: string, setUp: SetUp): void {
  readingConformance(dialect, setUp);
  describe(`${dialect}: writing as in every dialect`, () => {
    let database: DialectFixture;
    beforeAll(async () => {
      database = await setUp(tables, operations);
    });
    afterAll(() => database.close());

    const codeOf = async (operation: string, parameters: JsonObject = {}) =>
      (await errorOf(database.run(operation, parameters))).code;

    test("writes answer with the rows they changed, the matched ones included", async () => {
      expect(await database.run("add_person", { id: 10, name: "New" })).toMatchObject({ affected_rows: 1 });
      expect(await database.run("rename_all", { name: "Same" })).toMatchObject({ affected_rows: 2 });
      expect(await database.run("rename_all", { name: "Same" })).toMatchObject({ affected_rows: 2 });
      expect(await database.run("rename_none")).toMatchObject({ affected_rows: 0, last_insert_id: null });
      expect(await database.run("remove_person", { id: 10 })).toMatchObject({
        affected_rows: 1,
        last_insert_id: null,
      });
    });

    test("RETURNING gives rows", async () => {
      expect(await database.run("add_returning", { id: 11, name: "R" })).toEqual({ id: 11, name: "R" });
      await database.run("remove_person", { id: 11 });
    });

    test("broken constraints and broken queries have their codes", async () => {
      expect(await codeOf("add_person", { id: 1, name: "twice" })).toBe("CONSTRAINT_VIOLATED");
      expect(await codeOf("add_visit", { id: 1, person: 99 })).toBe("CONSTRAINT_VIOLATED");
      expect(await codeOf("broken")).toBe("QUERY_FAILED");
    });

    test("times, days and 64-bit integers come back in their JSON form", async () => {
      const visit = {
        id: 7,
        person: 1,
        at: "2026-01-31T10:00:00+02:00",
        on: "2026-02-28",
        distance: "9007199254740993",
      };
      await database.run("add_visit", visit);
      expect(await database.run("get_visit", { id: 7 })).toEqual({
        visited_at: "2026-01-31T08:00:00Z",
        seen_on: "2026-02-28",
        distance: "9007199254740993",
      });
    });

    test("values that do not fit are refused", async () => {
      expect(await codeOf("get_person", { id: "one" })).toBe("PARAMETER_INVALID");
      expect(await codeOf("get_person", { id: [1] })).toBe("PARAMETER_INVALID");
      expect(await codeOf("get_person", { id: null })).toBe("PARAMETER_NULL");
      expect(await codeOf("add_person", { id: 50, name: "a\0b" })).toBe("PARAMETER_INVALID");
      expect(await codeOf("add_visit", { id: 51, person: 1, at: "yesterday" })).toBe("PARAMETER_INVALID");
      expect(await codeOf("add_visit", { id: 52, person: 1, on: "2026-02-30" })).toBe("PARAMETER_INVALID");
    });

    test("a write that cannot give its answer has not happened", async () => {
      const before = await database.run("count_people");
      expect(await codeOf("add_returning", { id: 1, name: "twice" })).toBe("CONSTRAINT_VIOLATED");
      expect(await database.run("count_people")).toBe(before);
    });
  });
}
