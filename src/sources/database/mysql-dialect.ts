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
  catalogue: `
    SELECT c.TABLE_NAME AS \`table\`, c.COLUMN_NAME AS \`column\`, c.COLUMN_TYPE AS \`type\`,
           c.IS_NULLABLE = 'YES' AS \`nullable\`,
           c.EXTRA <> '' OR (c.COLUMN_DEFAULT IS NOT NULL AND c.COLUMN_DEFAULT <> 'NULL') AS \`defaulted\`,
           c.COLUMN_KEY = 'PRI' AS \`key\`
    FROM information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
    WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE'
    ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
  async open(opening) {
    return new OpenedDatabase(await openMysql(serverOptions(opening)), mysqlDialect, opening.log);
  },
};
