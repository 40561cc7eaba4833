import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import type { Tree } from "../../schema/tree.js";
import type { Dialect } from "./dialect.js";
import type { QueryText } from "./operation.js";
import { readStatement, type Statement } from "./statement.js";

/** Where a query is written, for the places of what is wrong with it. */
export interface QueryPlace {
  readonly tree: Tree;
  readonly location: Location;
  readonly report: Report;
}

export interface WrittenQuery {
  readonly query?: QueryText | undefined;
  readonly query_file?: QueryText | undefined;
}

/** A key that is written but wrong has been reported, and is missing from `operation`. */
export function theQuery(
  { tree, location, report }: QueryPlace,
  written: WrittenQuery,
): QueryText | undefined {
  const [inPlace, inFile] = [keyPlace(tree, "query"), keyPlace(tree, "query_file")];
  if (inPlace && inFile)
    return report.add("CONFIG_KEYS_EXCLUSIVE", { keys: ["query", "query_file"] }, inFile);
  if (inPlace || inFile) return written.query ?? written.query_file;
  return report.add("CONFIG_KEY_MISSING", { key: "query", example: "SELECT …" }, location, {
    hint: "Add `query: SELECT …`, or `query_file:` with the path of a file.",
  });
}

export function oneStatement(
  query: QueryText,
  { report }: QueryPlace,
  dialect: Pick<Dialect<unknown, unknown>, "lexis" | "sessionVerbs" | "onlyReads">,
): Statement | undefined {
  const statement = readStatement(query.text, dialect.lexis);
  if ("reason" in statement) {
    const { reason, start, end } = statement;
    return report.add("QUERY_SYNTAX", { reason }, query.locate(start, end));
  }
  if ("secondAt" in statement) {
    const { start, end } = statement.secondAt;
    return report.add("QUERY_STATEMENTS_MANY", {}, query.locate(start, end));
  }
  if (dialect.sessionVerbs.has(statement.verb)) {
    const reason = `${statement.verb} changes the connection for the calls after it, so it cannot be an operation.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, query.location);
  }
  if (dialect.onlyReads === true && statement.effect === "write") {
    const reason = `${statement.verb} is no read, and a source of this kind only reads.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, query.location);
  }
  return statement;
}

export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "mapping" ? tree.entries.get(key)?.value : undefined;
}

export function keyPlace(tree: Tree | undefined, key: string): Location | undefined {
  return tree?.kind === "mapping" ? tree.entries.get(key)?.keyLocation : undefined;
}
