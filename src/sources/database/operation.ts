import type { Location } from "../../problems/location.js";
import { mapping, object, oneOrMany, optional, required, withDefault } from "../../schema/composites.js";
import { jsonValue } from "../../schema/json-value.js";
import { boolean, enumeration, integer, text } from "../../schema/scalars.js";
import { mapped, type Infer, type Schema } from "../../schema/schema.js";
import type { ScalarTree } from "../../schema/tree.js";
import { parameterTypes } from "./parameter-type.js";
import { readFile } from "./settings.js";

/** A query and the way from its characters to places in a file. */
export interface QueryText {
  readonly text: string;
  readonly location: Location;
  readonly locate: (start: number, end: number) => Location;
}

const parameterSchema = object({
  type: optional(enumeration(parameterTypes), "what the value is converted to", "the value as it is"),
  required: withDefault(boolean(), true, "whether null, and leaving it out, is refused"),
  default: optional(jsonValue(), "what stands for null and for a parameter that is left out"),
});

const parameterNames = { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ };

const batchSchema = object({
  query: optional(queryInPlace(), "one SQL statement with the lists in `IN (:names)`"),
  query_file: optional(queryInFile(), "a file with the statement, instead of `query`"),
  params: required(
    mapping(text("the name of a parameter of the operation"), parameterNames),
    "for each list in the query, the parameter whose values it takes",
  ),
  key: required(
    oneOrMany(text("the name of a column")),
    "the column of the answer that tells whose row it is: as many as `params`, in their order",
  ),
  max_size: withDefault(integer({ min: 2, max: 10_000 }), 100, "keys in one query at most"),
});

/** The keys of a database operation. */
export const operationSchema = object({
  description: optional(text(), "words for people"),
  query: optional(queryInPlace(), "one SQL statement with parameters as `:name`"),
  query_file: optional(queryInFile(), "a file with the statement, instead of `query`"),
  params: optional(
    mapping(parameterSchema, parameterNames),
    "what is known of the parameters; undeclared ones are required and of any type",
  ),
  returns: optional(
    enumeration(["one", "many", "value", "none"]),
    "a row or null, a list of rows, one value, or the count of changed rows",
    "`many` where there are rows, else `none`",
  ),
  effect: optional(enumeration(["read", "write"]), "whether it changes anything", "found from the statement"),
  validate: withDefault(boolean(), true, "`false` leaves the query out of `check --live`"),
  max_rows: withDefault(integer({ min: 1 }), 10_000, "more rows than this are an error"),
  batch: optional(batchSchema, "the query that reads for many calls at once"),
});

export type DatabaseOperation = Infer<typeof operationSchema>;
export type DatabaseBatch = Infer<typeof batchSchema>;

function queryInPlace(): Schema<QueryText> {
  return mapped(text("an SQL statement"), (value, tree) => {
    const { location, locate } = tree as ScalarTree;
    return { text: value, location, locate };
  });
}

function queryInFile(): Schema<QueryText> {
  return mapped(text("the path of an SQL file"), (path, tree, context) => {
    const content = readFile(path, tree, context);
    if (content === undefined) return undefined;
    return {
      text: content,
      location: { file: path, line: 1, column: 1 },
      locate: (start, end) => placeIn(path, content, start, end),
    };
  });
}

function placeIn(file: string, content: string, start: number, end: number): Location {
  const before = content.slice(0, start).split("\n");
  return { file, line: before.length, column: before.at(-1)!.length + 1, length: Math.max(1, end - start) };
}
