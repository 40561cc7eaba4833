import type { MysqlScalar, MysqlStatement, MysqlValue } from "../../connections/mysql/mysql-statement.js";
import { openMysql } from "../../connections/mysql/open-mysql.js";
import type { Dialect } from "./dialect.js";
import { mysqlLexis } from "./lexis.js";
import { OpenedDatabase } from "./opened-database.js";
import { serverOptions } from "./server-options.js";

const insertVerbs = new Set(["INSERT", "REPLACE"]);
const changeVerbs = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE"]);

/** Stands for a list until a call decides how long it is. No query holds it. */
const listMark = "\0";

/** MySQL and MariaDB. */
export const mysqlDialect: Dialect<MysqlStatement, MysqlValue> = {
  name: "mysql",
  lexis: mysqlLexis,
  sessionVerbs: new Set([
    ...["BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LOCK", "UNLOCK", "XA"],
    ...["SET", "USE", "PREPARE", "EXECUTE", "DEALLOCATE", "HANDLER", "LOAD", "KILL", "DELIMITER"],
  ]),
  repeatsPlaceholders: false,
  values: {
    hasExactDecimals: true,
    single: (value) => value,
    list: (items): readonly MysqlScalar[] => items,
  },
  placeholder: (_position, { isList }) => (isList ? listMark : "?"),
  statement: (text, { effect, returns, maxRows, verb }) => ({
    pieces: text.split(listMark),
    effect,
    returns,
    maxRows,
    inserts: insertVerbs.has(verb),
    changesRows: effect === "write" && changeVerbs.has(verb),
  }),
  async open(opening) {
    return new OpenedDatabase(await openMysql(serverOptions(opening)), opening.log);
  },
};
