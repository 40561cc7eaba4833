import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/expression/value.js";
import type { DatabaseServer } from "../servers/database-server.js";
import { openDatabase } from "../sources/database/database-fixture.js";

/** A type, a value as SQL writes it, and its JSON. */
export type ColumnForm = readonly [type: string, literal: string, json: JsonValue];

/** Each value is stored in a column of its type and read back. */
export function columnForms(
  dialect: string,
  forms: readonly ColumnForm[],
  server: () => DatabaseServer,
): void {
  describe(`${dialect}: the JSON form of each type`, () => {
    test.each(forms.map((form, index) => [...form, index] as const))(
      "%s %s",
      async (type, literal, json, index) => {
        const database = `form_${index}`;
        await server().createDatabase(database);
        await server().admin(database, `CREATE TABLE t (v ${type})`, `INSERT INTO t VALUES (${literal})`);
        const opened = await openDatabase({
          source: server().source(database),
          operations: "read: { query: SELECT v FROM t, returns: value }",
        });
        const value = await opened.run("read").finally(() => opened.close());
        expect(value).toEqual(json);
      },
    );
  });
}
