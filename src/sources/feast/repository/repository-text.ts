import { isMap, isScalar, parseDocument, type Document } from "yaml";
import type { JsonValue } from "../../../expression/value.js";
import { expandVariables, type ExpandedText } from "./expand-variables.js";
import { RepositoryError, type Place } from "./repository-error.js";

/** The text of a `feature_store.yaml` as a value, with the places of its settings. */
export class RepositoryText {
  readonly value: JsonValue;
  private readonly written: string;
  private readonly expanded: ExpandedText;
  private readonly document: Document.Parsed;

  /** Throws RepositoryError where it is no YAML. */
  constructor(written: string, env: (name: string) => string | undefined) {
    this.written = written;
    this.expanded = expandVariables(written, env);
    this.document = parseDocument(this.expanded.text, { merge: true, prettyErrors: false });
    const [error] = this.document.errors;
    if (error !== undefined) {
      throw new RepositoryError(`it is no YAML: ${error.message}`, this.placeAt(error.pos[0], 1));
    }
    this.value = this.document.toJS() as JsonValue;
  }

  /** The place of the key that a path leads to, or of the last one on the way: of what it is missing in. */
  placeOf(path: readonly string[]): Place {
    let node: unknown = this.document.contents;
    let found: Place = { line: 1, column: 1 };
    for (const name of path) {
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
        : undefined;
      if (pair === undefined || !isScalar(pair.key)) return found;
      found = this.placeAt(pair.key.range?.[0] ?? 0, name.length);
      node = pair.value;
    }
    return found;
  }

  private placeAt(offset: number, length: number): Place {
    const before = this.written.slice(0, this.expanded.writtenAt(offset));
    const line = before.split("\n").length;
    return { line, column: before.length - before.lastIndexOf("\n"), length };
  }
}
