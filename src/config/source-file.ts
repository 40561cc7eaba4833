import type { SourceType } from "../contracts/source.js";
import { extend, mapping, object, optional, withDefault, type ObjectSchema } from "../schema/composites.js";
import { located, namePattern, text, type Located } from "../schema/scalars.js";
import { isEmpty, type Tree } from "../schema/tree.js";
import { written, type Written } from "../schema/written.js";
import {
  operationPolicyKeys,
  sourcePolicyKeys,
  type OperationPolicyKeys,
  type SourcePolicyKeys,
} from "./policy-keys.js";

export interface OperationEntry extends OperationPolicyKeys {
  /** Only where operations stand beside the sources. */
  readonly source_id?: Located<string> | undefined;
}

export type SourceEntry = SourcePolicyKeys;

/** What a file of sources says, below its top key. */
export interface SourceFile {
  readonly defaults: OperationPolicyKeys;
  readonly sources: ReadonlyMap<string, Written<SourceEntry>>;
  /** The operations that stand beside the sources. */
  readonly operations: ReadonlyMap<string, Written<OperationEntry>>;
}

const names = { pattern: namePattern };

/** The schema of the file in which a kind of source is configured. */
export function sourceFileSchema(type: SourceType): ObjectSchema<Readonly<Record<string, SourceFile>>> {
  const defaults = object(operationPolicyKeys);
  const keys = {
    defaults: withDefault(defaults, defaults.empty(), "Holds for every source of the file.", "none"),
    sources: withDefault(
      mapping(written(sourceSchema(type)), names),
      new Map(),
      "The sources by name.",
      "none",
    ),
  };
  const content = object(
    type.operations?.placed !== "beside"
      ? keys
      : {
          ...keys,
          [type.operations.key]: withDefault(
            mapping(written(operationSchema(type)), names),
            new Map(),
            "What can be asked of them, by name.",
            "none",
          ),
        },
  );
  const top = withDefault(content, content.empty(), `Everything of kind \`${type.kind}\`.`, "nothing");
  return object({ [type.kind]: top }, { allowsExtensions: true }) as unknown as ObjectSchema<
    Readonly<Record<string, SourceFile>>
  >;
}

/** The operations that stand inside a source. */
export function operationsInside(
  type: SourceType,
  source: SourceEntry,
): ReadonlyMap<string, Written<OperationEntry>> {
  if (type.operations?.placed !== "inside") return new Map();
  return (source as unknown as Record<string, ReadonlyMap<string, Written<OperationEntry>>>)[
    type.operations.key
  ]!;
}

/** Whether a source may have operations that could not be read, so that one that is missing is no second problem. */
export function losesOperations(type: SourceType, tree: Tree): boolean {
  if (tree.kind !== "mapping" || type.operations === undefined) return true;
  const operations = tree.entries.get(type.operations.key)?.value;
  if (operations !== undefined) return losesNames(operations);
  return sourceSchema(type).isWritten(tree, type.operations.key);
}

/** Whether an operation names a source in a way that could not be read. */
export function losesSource(type: SourceType, { value, tree }: Written<OperationEntry>): boolean {
  if (value?.source_id !== undefined || tree.kind !== "mapping") return false;
  return operationSchema(type).isWritten(tree, "source_id");
}

/** Whether names are missing from what should be a mapping of named things: it is none, or one of them is unusable. */
export function losesNames(tree: Tree): boolean {
  if (tree.kind !== "mapping") return true;
  return [...tree.entries].some(([name, { value }]) => isEmpty(value) || !namePattern.test(name));
}

function sourceSchema(type: SourceType): ObjectSchema<SourceEntry> {
  const schema = extend(type.settings, sourcePolicyKeys);
  if (type.operations?.placed !== "inside") return schema;
  const operations = withDefault(
    mapping(written(operationSchema(type)), names),
    new Map(),
    "What can be asked of it, by name.",
    "none",
  );
  return extend(schema, { [type.operations.key]: operations });
}

function operationSchema(type: SourceType): ObjectSchema<OperationEntry> {
  const schema = extend(type.operation, operationPolicyKeys);
  if (type.operations?.placed === "inside") return schema;
  return extend(schema, {
    source_id: optional(located(text()), "Whose operation it is.", "the step's, else `default`"),
  });
}
