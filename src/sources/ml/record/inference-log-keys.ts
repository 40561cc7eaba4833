import { list, object, optional, withDefault } from "../../../schema/composites.js";
import { located, pattern, percentage, text, type Located } from "../../../schema/scalars.js";
import { mapped } from "../../../schema/schema.js";

/** Where a record of each call goes, and what it holds. */
export interface InferenceLogRules {
  readonly to:
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "table"; readonly sourceId: Located<string>; readonly table: string };
  /** From 0 to 1. */
  readonly sample: number;
  readonly redact: readonly string[];
}

const keys = object({
  file: optional(text("a file"), "A file with a line of JSON for each call, relative to the project."),
  source_id: optional(located(text("a database source")), "The database that the table is in."),
  table: optional(
    pattern(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/, "the name of a table"),
    "The table with a row for each call.",
  ),
  sample: withDefault(percentage(), 1, "The share of calls that is recorded.", "100%"),
  redact: withDefault(list(text()), [], "Features and fields that are recorded as `[redacted]`.", "none"),
});

/** `inference_log` of a source or of a model. */
export const inferenceLog = () =>
  mapped(
    keys,
    ({ file, source_id, table, sample, redact }, tree, { report }): InferenceLogRules | undefined => {
      const isWritten = (key: string) => tree.kind === "mapping" && keys.isWritten(tree, key);
      if (isWritten("file") && (isWritten("source_id") || isWritten("table"))) {
        return report.add("CONFIG_KEYS_EXCLUSIVE", { keys: ["file", "table"] }, tree.location);
      }
      if (file !== undefined) return { to: { kind: "file", path: file }, sample, redact };
      if (source_id !== undefined && table !== undefined) {
        return { to: { kind: "table", sourceId: source_id, table }, sample, redact };
      }
      if (isWritten("file") || (isWritten("source_id") && isWritten("table"))) return undefined;
      const missing = isWritten("table") ? "source_id" : isWritten("source_id") ? "table" : "file";
      return report.add("CONFIG_KEY_MISSING", { key: missing }, tree.location);
    },
  );
