import type { Location } from "../../problems/location.js";
import type { SourceType } from "../../contracts/source.js";
import type { MappingTree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import type { ConfiguredSource } from "../model.js";
import type { OperationPolicyKeys } from "../policy-keys.js";
import {
  losesNames,
  sourceFileSchema,
  type OperationEntry,
  type SourceEntry,
  type SourceFile,
} from "../source-file.js";
import type { ProjectContext } from "./check-context.js";
import { refuseLoneQueue } from "./policy.js";
import { sourceFingerprint } from "./source-fingerprint.js";

/** A source as a scope sees it. `configured` is missing where its entry is wrong. */
export interface ScopedSource {
  readonly configured: ConfiguredSource | undefined;
  readonly entry: Written<SourceEntry>;
  readonly defaults: OperationPolicyKeys;
}

/** What one domain, or the whole project, sees of one kind of source. */
export interface KindScope {
  readonly type: SourceType;
  readonly sources: ReadonlyMap<string, ScopedSource>;
  /** Operations that stand beside the sources. */
  readonly operations: ReadonlyMap<string, Written<OperationEntry>>;
  /** A part of the file could not be read, so a name that is missing may well be defined in it. */
  readonly isIncomplete: boolean;
}

export type Scope = ReadonlyMap<string, KindScope>;

/** Reads the source files of the project, or of one domain, and lays them over what is already seen. */
export function readScope(
  files: ReadonlyMap<string, MappingTree>,
  domain: string | undefined,
  outer: Scope,
  brokenFiles: ReadonlySet<string>,
  context: ProjectContext,
): Scope {
  const scope = new Map<string, KindScope>();
  for (const type of context.types.values()) {
    const tree = files.get(type.file);
    const isBroken = brokenFiles.has(type.file);
    const below = outer.get(type.kind);
    const own = tree === undefined ? undefined : readKind(type, tree, domain, context);
    if (own !== undefined && below !== undefined) noteShadows(own, below, tree!, context);
    scope.set(type.kind, {
      type,
      sources: new Map([...(below?.sources ?? []), ...(own?.sources ?? [])]),
      operations: new Map([...(below?.operations ?? []), ...(own?.operations ?? [])]),
      isIncomplete: isBroken || (below?.isIncomplete ?? false) || (own?.isIncomplete ?? false),
    });
  }
  return scope;
}

function readKind(
  type: SourceType,
  tree: MappingTree,
  domain: string | undefined,
  context: ProjectContext,
): KindScope {
  const file: SourceFile | undefined = sourceFileSchema(type).check(tree, context)?.[type.kind];
  const sources = new Map<string, ScopedSource>();
  for (const [name, entry] of file?.sources ?? []) {
    const configured = entry.value === undefined ? undefined : configure(type, name, domain, entry);
    refuseLoneQueue(entry.tree, context.report);
    sources.set(name, { configured, entry, defaults: file!.defaults });
  }
  const operations =
    type.operations?.placed === "beside" ? (file?.[type.operations.key as "operations"] ?? []) : [];
  return { type, sources, operations: new Map(operations), isIncomplete: isMisshapen(type, tree) };
}

function configure(
  type: SourceType,
  name: string,
  domain: string | undefined,
  entry: Written<SourceEntry>,
): ConfiguredSource {
  return {
    id: `${domain === undefined ? "" : `${domain}/`}${type.kind}.${name}`,
    name,
    kind: type.kind,
    domain,
    type,
    settings: entry.value,
    isRequiredForReadiness: entry.value!.required_for_readiness,
    fingerprint: sourceFingerprint(type, entry.tree),
    location: entry.tree.location,
  };
}

/** True where names may be lost: an unknown key, or something else than a mapping where names should be. */
function isMisshapen(type: SourceType, tree: MappingTree): boolean {
  const content = tree.entries.get(type.kind)?.value;
  if (content === undefined) return [...tree.entries.keys()].some((key) => !key.startsWith("x-"));
  if (content.kind !== "mapping") return true;
  const groups = ["sources", type.operations?.key];
  return [...content.entries].some(([key, { value }]) =>
    groups.includes(key) ? losesNames(value) : key !== "defaults",
  );
}

function noteShadows(own: KindScope, below: KindScope, file: MappingTree, context: ProjectContext): void {
  const { kind, operations } = own.type;
  const note = (what: string, group: string, name: string) => {
    const location = keyLocation(file, [kind, group, name]);
    context.report.add("NAME_SHADOWED", { what, name }, location);
  };
  for (const name of own.sources.keys()) if (below.sources.has(name)) note("source", "sources", name);
  for (const name of own.operations.keys()) {
    if (below.operations.has(name)) note("operation", operations!.key, name);
  }
}

/** Where the last of these keys, each inside the one before, stands. */
function keyLocation(tree: MappingTree, keys: readonly string[]): Location {
  const [key, ...rest] = keys;
  const entry = tree.entries.get(key!)!;
  return rest.length === 0 ? entry.keyLocation : keyLocation(entry.value as MappingTree, rest);
}
