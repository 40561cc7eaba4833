import { type Document, isMap, parseDocument, YAMLMap } from "yaml";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { ImportedSource } from "./import-source.js";

export interface WrittenSource {
  readonly text: string;
  readonly added: number;
  /** Operations that were there already and were left as they are. */
  readonly kept: number;
}

/**
 * Adds a source to the text of a file of API sources, empty where there is none. Whatever is there stays as it is,
 * comments and all: of a source that is there already only new operations and schemas are added.
 * Throws IMPORT_UNREADABLE where the file cannot be read as such a file.
 */
export function writeSource(text: string, path: string, source: ImportedSource): WrittenSource {
  const document = parseDocument(text, { merge: true });
  const refuse = (reason: string) => failure("IMPORT_UNREADABLE", { path, reason });
  const [error] = document.errors;
  if (error !== undefined) throw refuse(error.message.split("\n")[0]!);
  if (document.contents === null) document.contents = new YAMLMap() as never;
  const sources = mapAt(document, ["api", "sources"], refuse);
  const isKnown = sources.has(source.name);
  const entry = mapAt(document, ["api", "sources", source.name], refuse);
  if (!isKnown) for (const [key, value] of Object.entries(source.keys)) set(document, entry, key, value);
  const schemas = addMissing(document, entry, "schemas", source.schemas, refuse);
  const operations = addMissing(document, entry, "operations", source.operations, refuse);
  if (schemas.added === 0 && source.schemas.size === 0) entry.delete("schemas");
  return { text: document.toString({ lineWidth: 0 }), ...operations };
}

type Refuse = (reason: string) => Error;

/** The mapping at a path; made where there is none. */
function mapAt(document: Document, path: readonly string[], refuse: Refuse): YAMLMap {
  let node: unknown = document.contents;
  for (const [index, name] of path.entries()) {
    if (!isMap(node)) throw refuse(`"${path.slice(0, index).join(".")}" is no mapping`);
    const next: unknown = node.get(name, true);
    if (next === undefined || next === null || isEmptyScalar(next)) set(document, node, name, {});
    node = node.get(name, true);
  }
  if (!isMap(node)) throw refuse(`"${path.join(".")}" is no mapping`);
  return node;
}

function addMissing(
  document: Document,
  entry: YAMLMap,
  key: string,
  wanted: ReadonlyMap<string, JsonObject>,
  refuse: Refuse,
): { readonly added: number; readonly kept: number } {
  if (wanted.size === 0) return { added: 0, kept: 0 };
  if (!entry.has(key)) set(document, entry, key, {});
  const existing: unknown = entry.get(key, true);
  if (!isMap(existing)) throw refuse(`"${key}" is no mapping`);
  let added = 0;
  for (const [name, value] of wanted) {
    if (existing.has(name)) continue;
    set(document, existing, name, value);
    added += 1;
  }
  return { added, kept: wanted.size - added };
}

function set(document: Document, map: YAMLMap, key: string, value: JsonValue): void {
  map.flow = false;
  map.set(key, document.createNode(value, { aliasDuplicateObjects: false }));
}

function isEmptyScalar(node: unknown): boolean {
  return typeof node === "object" && node !== null && "value" in node && node.value === null;
}
