import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parsePythonJson, type PythonValue } from "../../../src/sources/feast/expose/python-json.js";
import { WrittenFloat } from "../../../src/sources/feast/keys/key-value.js";
import { fixtures } from "./feast-project.js";

/** A request to a real feature server and its answer. */
export interface RecordedCase {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly status: number;
  readonly order: string;
  readonly responseText: string;
  readonly contentType: string | undefined;
}

export function recordedCases(repository: string): readonly RecordedCase[] {
  const lines = readFileSync(join(fixtures, repository, "cases.jsonl"), "utf8").split("\n");
  return lines.filter((line) => line !== "").map(readCase);
}

/** The request is taken from the line as it stands: its numbers must keep their digits and points. */
function readCase(line: string): RecordedCase {
  const value = JSON.parse(line) as Record<string, unknown>;
  const raw = value["raw"] as string | undefined;
  const headers = value["headers"] as Record<string, string>;
  return {
    name: value["name"] as string,
    method: (value["method"] as string | undefined) ?? "POST",
    path: (value["path"] as string | undefined) ?? "/get-online-features",
    body: raw ?? ("request" in value ? requestText(line) : undefined),
    status: value["status"] as number,
    order: value["order"] as string,
    responseText: value["response_text"] as string,
    contentType: headers["content-type"],
  };
}

function requestText(line: string): string {
  const start = line.indexOf('"request": ') + '"request": '.length;
  let depth = 0;
  let inText = false;
  for (let at = start; at < line.length; at++) {
    const character = line[at]!;
    if (inText && character === "\\") at++;
    else if (character === '"') inText = !inText;
    else if (!inText && "{[".includes(character)) depth++;
    else if (!inText && "}]".includes(character) && --depth === 0) return line.slice(start, at + 1);
  }
  throw new Error("The request has no end.");
}

/** What differs between two answers with status 200, in a few words; empty where nothing does. */
export function differences(expected: string, found: string, order: string): string {
  const wanted = columnsOf(expected);
  const given = columnsOf(found);
  if (wanted === undefined || given === undefined) return expected === found ? "" : `${expected} <> ${found}`;
  const names = order === "stable" ? wanted.names : [...wanted.names].sort();
  const givenNames = order === "stable" ? given.names : [...given.names].sort();
  if (!isDeepStrictEqual(names, givenNames)) return `names ${names.join()} <> ${givenNames.join()}`;
  for (const name of names) {
    const one = wanted.columns.get(name);
    const other = given.columns.get(name);
    if (!isDeepStrictEqual(one, other)) return `${name}: ${print(one)} <> ${print(other)}`;
  }
  return isDeepStrictEqual(wanted.versions, given.versions)
    ? ""
    : `${print(wanted.versions)} <> ${print(given.versions)}`;
}

interface Columns {
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<string, PythonValue>;
  readonly versions: PythonValue;
}

function columnsOf(text: string): Columns | undefined {
  const body = parsed(text) as {
    metadata?: { feature_names?: string[]; feature_view_metadata?: PythonValue[] };
    results?: PythonValue[];
  };
  const names = body?.metadata?.feature_names;
  if (names === undefined) return undefined;
  const versions = [...(body.metadata!.feature_view_metadata ?? [])].sort((a, b) =>
    print(a) < print(b) ? -1 : 1,
  );
  return { names, versions, columns: new Map(names.map((name, index) => [name, body.results![index]!])) };
}

function parsed(text: string): PythonValue {
  try {
    return parsePythonJson(text);
  } catch {
    return text;
  }
}

export function print(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "bigint" ? `${each}n` : each instanceof WrittenFloat ? `float ${each.value}` : each,
  );
}
