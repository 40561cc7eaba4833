import { isScalar, parseAllDocuments, visit, type Document, type YAMLError } from "yaml";
import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import { describeTree, isEmpty, type MappingTree } from "../../schema/tree.js";
import { Places } from "./places.js";
import { quotesNeededIn } from "./quotes.js";
import { maxDepth, TreeBuilder } from "./tree-builder.js";

/**
 * Reads the text of one configuration file. An empty file is an empty mapping. Reports every problem with its place;
 * `undefined` when the file is not well-formed, which is then the only problem reported.
 */
export function readYaml(text: string, file: string, report: Report): MappingTree | undefined {
  const places = new Places(file, text);
  const documents = parse(text);
  const broken = firstSyntaxError(documents);
  if (broken !== undefined) return reportSyntaxError(broken, documents, places, report);
  reportRemarks(documents, places, report);
  const contents = documents[0]?.contents;
  if (contents == null) return emptyMapping(file);
  const builder = new TreeBuilder(places, report);
  const tree = builder.build(contents);
  if (builder.isAbandoned) return undefined;
  if (tree.kind === "mapping") return tree;
  if (isEmpty(tree)) return emptyMapping(file);
  const isReported = tree.kind === "scalar" && tree.isUnset === true;
  if (!isReported) report.add("YAML_ROOT_INVALID", { found: describeTree(tree) }, tree.location);
  return undefined;
}

export function emptyMapping(file: string): MappingTree {
  return { kind: "mapping", entries: new Map(), location: { file, line: 1, column: 1 } };
}

function parse(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: "1.2",
    prettyErrors: false,
    keepSourceTokens: true,
    uniqueKeys: false, // the tree builder compares keys as texts
    logLevel: "silent",
  });
  return Array.isArray(documents) ? documents : [];
}

/** Tags that mean nothing are left to the tree builder, which knows more about them. */
function firstSyntaxError(documents: readonly Document.Parsed[]): YAMLError | undefined {
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  return errors.filter(({ code }) => code !== "TAG_RESOLVE_FAILED").sort((a, b) => a.pos[0] - b.pos[0])[0];
}

function reportSyntaxError(
  error: YAMLError,
  documents: readonly Document.Parsed[],
  places: Places,
  report: Report,
): undefined {
  if (error.code === "RESOURCE_EXHAUSTION") {
    return report.add("YAML_NESTING_EXCESSIVE", { limit: maxDepth }, places.at(error.pos[0]));
  }
  const offset = unclosedQuote(error, documents) ?? error.pos[0];
  const lineStart = places.startOfLine(offset);
  const needed =
    error.code === "BAD_DIRECTIVE"
      ? undefined
      : quotesNeededIn(places.text.slice(lineStart, places.endOfLine(offset)));
  if (needed !== undefined && offset >= lineStart + needed.start) {
    const place = places.at(lineStart + needed.start, lineStart + needed.end);
    return report.add("YAML_QUOTES_NEEDED", { quoted: needed.quoted }, place);
  }
  const hint = hints[error.code];
  report.add(
    "YAML_SYNTAX",
    { reason: reasonOf(error) },
    places.at(offset),
    hint === undefined ? {} : { hint },
  );
}

const reasons: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab stands in the indentation",
  BAD_INDENT: "the indentation does not fit the lines around it",
  BLOCK_AS_IMPLICIT_KEY: "a second key stands on the line of the first, or the indentation does not fit",
  UNEXPECTED_TOKEN: "something stands behind the end of a value",
};

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Begin all keys of one mapping in the same column, and close every bracket.",
  BLOCK_AS_IMPLICIT_KEY: "Put each key on a line of its own, and quote texts that have `: ` in them.",
  UNEXPECTED_TOKEN: "Quote the whole text, or indent the line as its neighbours.",
  BAD_DQ_ESCAPE: "Write `\\\\` for a backslash, or use single quotes.",
};

function reasonOf({ code, message }: YAMLError): string {
  if (message.startsWith("Missing closing")) return "the quotes that open here are never closed";
  if (message.startsWith("Flow ")) return "a bracket that opens above is not closed";
  if (message.startsWith("Implicit map keys")) return "a line has no colon behind its key";
  return reasons[code] ?? (message[0]?.toLowerCase() ?? "") + message.slice(1);
}

/** Where the quotes open that are missing their end: the parser only knows where the text ran out. */
function unclosedQuote(error: YAMLError, documents: readonly Document.Parsed[]): number | undefined {
  if (!error.message.startsWith("Missing closing")) return undefined;
  let found: number | undefined;
  for (const document of documents) {
    visit(document, (_key, node) => {
      if (isScalar(node) && node.range?.[1] === error.pos[0]) found = node.range[0];
    });
  }
  return found;
}

/** What the parser accepts and this language does not. */
function reportRemarks(documents: readonly Document.Parsed[], places: Places, report: Report): void {
  const second = documents[1];
  if (second !== undefined) report.add("YAML_DOCUMENTS_SEVERAL", {}, startOfDocument(second, places));
  const { explicit, version } = documents[0]?.directives?.yaml ?? {};
  if (explicit === true && version !== "1.2") {
    report.add("YAML_DIRECTIVE_UNSUPPORTED", {}, places.at(places.text.search(/^%YAML/m)));
  }
}

/** The line of the `---` before a document. */
function startOfDocument(document: Document.Parsed, places: Places): Location {
  const marker = places.text.lastIndexOf("\n---", document.contents?.range?.[0] ?? document.range[1]);
  return marker === -1 ? places.at(document.range[0]) : places.at(marker + 1, marker + 4);
}
