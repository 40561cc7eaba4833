import { isMap, parseDocument, Scalar, visit, YAMLMap, type Document } from "yaml";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";

export interface MergedFile {
  readonly text: string;
  readonly added: number;
  readonly kept: number;
}

/**
 * Adds entries to the mapping at a path of a YAML file, empty where there is none. What is there stays as it is,
 * comments and all. Throws IMPORT_UNREADABLE where the file cannot be read so.
 */
export function mergeFile(
  text: string,
  shown: string,
  path: readonly string[],
  entries: ReadonlyMap<string, JsonObject>,
): MergedFile {
  const document = parseDocument(text, { merge: true });
  const refuse = (reason: string) => failure("IMPORT_UNREADABLE", { path: shown, reason });
  const [error] = document.errors;
  if (error !== undefined) throw refuse(error.message.split("\n")[0]!);
  if (document.contents === null) document.contents = new YAMLMap() as never;
  const target = mappingAt(document, path, refuse);
  let added = 0;
  for (const [name, value] of entries) {
    if (target.has(name)) continue;
    target.set(document.createNode(name), blockTexts(document.createNode(value)));
    added++;
  }
  return { text: document.toString({ lineWidth: 0 }), added, kept: entries.size - added };
}

function mappingAt(document: Document, path: readonly string[], refuse: (reason: string) => Error): YAMLMap {
  let node: unknown = document.contents;
  for (const name of path) {
    if (!isMap(node)) throw refuse(`"${path.join(".")}" is no mapping`);
    const next: unknown = node.get(name, true);
    if (next === undefined || next === null) node.set(document.createNode(name), new YAMLMap());
    node = node.get(name, true);
  }
  if (!isMap(node)) throw refuse(`"${path.join(".")}" is no mapping`);
  return node;
}

/** Queries of several lines stand as blocks. */
function blockTexts<Node>(node: Node): Node {
  visit(node as never, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === "string" && scalar.value.includes("\n")) scalar.type = Scalar.BLOCK_LITERAL;
    },
  });
  return node;
}
