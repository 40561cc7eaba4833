import { object, optional, withDefault } from "../schema/composites.js";
import { duration, enumeration, integer, orFalse, size, text } from "../schema/scalars.js";

const rotate = object({
  every: optional(duration(), "Begins a new file each time this has passed, counted from midnight.", "never"),
  max_size: withDefault(size(), 52_428_800, "Begins a new file before one grows larger.", "50mb"),
  keep: withDefault(integer({ min: 0 }), 14, "How many files are kept beside the one that is written."),
});

/** `logging:` of config.yaml. */
export const logging = object({
  level: withDefault(
    enumeration(["trace", "debug", "info", "warn", "error", "silent"]),
    "info",
    "The least important lines that are written. `--log-level` and `LOG_LEVEL` win.",
  ),
  format: optional(
    enumeration(["json", "pretty"]),
    "How lines look.",
    "`pretty` on a terminal, else `json`; `json` in the file",
  ),
  file: optional(
    text("a path, relative to the project"),
    "A file that lines are written to as well; its folder is made where it is missing.",
  ),
  rotate: withDefault(
    orFalse(rotate),
    rotate.empty(),
    "When `file` is put aside for a new one; `false` never does.",
    "by size",
  ),
});
