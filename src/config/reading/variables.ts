import type { Report } from "../../problems/report.js";
import type { Host } from "../../contracts/host.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { problem } from "../../problems/problem.js";
import { isSecretName } from "../../schema/secret.js";
import type { Location } from "../../problems/location.js";
import type { MappingTree, ScalarTree, Tree } from "../../schema/tree.js";
import { decodeText } from "./text-file.js";
import { parseVariables, type FilePart, type TextPart, type VariablePart } from "./variable-text.js";

export interface VariableOptions {
  readonly host: Host;
  /** The absolute path of a `${file:…}`. */
  readonly resolvePath: (path: string) => string;
  readonly report: Report;
  /** A variable without a value is a warning only. */
  readonly unsetOk?: boolean | undefined;
}

/**
 * Replaces the variables in every text of a tree; keys and expressions are left alone. A value that cannot be known
 * is reported and marked `isUnset`. A value that anchors share is read, and reported, once.
 */
export class Variables {
  private readonly done = new Map<Tree, Tree>();
  private readonly options: VariableOptions;

  constructor(options: VariableOptions) {
    this.options = options;
  }

  replaceIn(tree: MappingTree): MappingTree {
    return this.replace(tree) as MappingTree;
  }

  private replace(tree: Tree): Tree {
    const known = this.done.get(tree);
    if (known !== undefined) return known;
    const replaced = this.replaceNew(tree);
    this.done.set(tree, replaced);
    return replaced;
  }

  private replaceNew(tree: Tree): Tree {
    if (tree.kind === "scalar") return this.replaceScalar(tree);
    if (tree.kind === "list") return { ...tree, items: tree.items.map((item) => this.replace(item)) };
    const entries = [...tree.entries].map(
      ([key, entry]) => [key, { ...entry, value: this.replace(entry.value) }] as const,
    );
    return { ...tree, entries: new Map(entries) };
  }

  private replaceScalar(tree: ScalarTree): ScalarTree {
    if (typeof tree.value !== "string" || !tree.value.includes("${")) return tree;
    const parts = parseVariables(tree.value);
    const text = new ReplacedText(tree);
    for (const part of parts) this.addPart(part, text, tree.locate(part.start, part.end));
    const isVariable = parts.length === 1 && parts[0]!.kind !== "literal";
    return text.toTree(isVariable);
  }

  private addPart(part: TextPart, text: ReplacedText, location: Location): void {
    const { report } = this.options;
    if (part.kind === "literal") return text.add(part.text, part);
    if (part.kind === "fault") {
      text.isUnset = true;
      return report.add("VARIABLE_MALFORMED", { reason: part.reason }, location);
    }
    const value =
      part.kind === "file" ? this.readFile(part, text, location) : this.readVariable(part, text, location);
    if (value === undefined) text.isUnset = true;
    else text.add(value, part);
  }

  private readVariable(part: VariablePart, text: ReplacedText, location: Location): string | undefined {
    text.noteVariable(part.name, isSecretName(part.name));
    const value = this.options.host.env(part.name);
    const refusesEmpty = part.fallback !== undefined || part.advice !== undefined;
    if (value !== undefined && !(refusesEmpty && value === "")) return value;
    if (part.fallback !== undefined) return this.replaceNested(part.fallback, text, location);
    this.missing("VARIABLE_UNSET", { name: part.name, advice: part.advice }, location);
    return undefined;
  }

  private readFile(part: FilePart, text: ReplacedText, location: Location): string | undefined {
    const path = this.replaceNested(part.path, text, location);
    if (path === undefined) return undefined;
    text.noteVariable(`file:${path}`, true);
    try {
      const content = decodeText(this.options.host.files.read(this.options.resolvePath(path)));
      if (content !== undefined) return content.replace(/\r?\n$/, "");
      this.missing("VARIABLE_FILE_MISSING", { path, reason: "it is not text in UTF-8" }, location);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      this.missing("VARIABLE_FILE_MISSING", { path, reason: reasonOf(error) }, location);
    }
    return undefined;
  }

  /** Replaces the variables in a default or a path. */
  private replaceNested(written: string, text: ReplacedText, location: Location): string | undefined {
    let replaced = "";
    for (const part of parseVariables(written)) {
      if (part.kind === "literal") replaced += part.text;
      else if (part.kind === "fault") {
        return this.options.report.add("VARIABLE_MALFORMED", { reason: part.reason }, location);
      } else {
        const value =
          part.kind === "file"
            ? this.readFile(part, text, location)
            : this.readVariable(part, text, location);
        if (value === undefined) return undefined;
        replaced += value;
      }
    }
    return replaced;
  }

  private missing<Code extends "VARIABLE_UNSET" | "VARIABLE_FILE_MISSING">(
    code: Code,
    params: Parameters<typeof problem<Code>>[1],
    location: Location,
  ): void {
    const found = problem(code, params, { location });
    this.options.report.addProblem(this.options.unsetOk ? { ...found, severity: "warning" } : found);
  }
}

function reasonOf({ problem: { code, message } }: OrchestratorError): string {
  if (code === "FILE_NOT_FOUND") return "it does not exist";
  return /: (.*)\.$/.exec(message)?.[1] ?? "it cannot be read";
}

interface Segment {
  /** Offsets in the text with its variables replaced. */
  readonly from: number;
  readonly to: number;
  /** Offsets in the text as it is written. */
  readonly start: number;
  readonly end: number;
  /** It stands as it is written, character by character. */
  readonly isVerbatim: boolean;
}

/** A text as it grows, which remembers where each piece stood. */
class ReplacedText {
  isUnset = false;
  private value = "";
  private isSecret = false;
  private readonly names: string[] = [];
  private readonly segments: Segment[] = [];
  private readonly tree: ScalarTree;

  constructor(tree: ScalarTree) {
    this.tree = tree;
  }

  add(text: string, { kind, start, end }: TextPart): void {
    const from = this.value.length;
    const isVerbatim = kind === "literal" && text.length === end - start;
    this.segments.push({ from, to: from + text.length, start, end, isVerbatim });
    this.value += text;
  }

  noteVariable(name: string, isSecret: boolean): void {
    if (!this.names.includes(name)) this.names.push(name);
    this.isSecret ||= isSecret;
  }

  toTree(isVariable: boolean): ScalarTree {
    const { tree, names, isSecret, isUnset } = this;
    return {
      ...tree,
      value: isUnset ? "" : this.value,
      locate: (from, to) => tree.locate(this.writtenAt(from, "start"), this.writtenAt(to, "end")),
      isVariable,
      variables: names,
      isSecret,
      ...(names.length > 0 ? { written: tree.value as string } : {}),
      ...(isUnset ? { isUnset: true } : {}),
    };
  }

  /** The offset in the written text; inside the value of a variable, the begin or the end of the variable. */
  private writtenAt(offset: number, edge: "start" | "end"): number {
    const segment =
      edge === "start"
        ? this.segments.find(({ to }) => offset < to)
        : this.segments.find(({ from, to }) => offset > from && offset <= to);
    if (segment === undefined)
      return edge === "start" ? String(this.tree.value).length : (this.segments[0]?.start ?? 0);
    return segment.isVerbatim ? segment.start + offset - segment.from : segment[edge];
  }
}
