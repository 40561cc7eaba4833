import { object, optional, type ObjectOf } from "../../schema/composites.js";
import { boolean, enumeration, integer } from "../../schema/scalars.js";

const keys = {
  foreign_keys: optional(boolean(), "whether foreign keys are enforced", "true"),
  synchronous: optional(
    enumeration(["off", "normal", "full", "extra"]),
    "how surely a change is on the disk",
    "full",
  ),
  cache_size: optional(integer(), "pages in memory, or kilobytes as a negative number; of each connection"),
  mmap_size: optional(integer({ min: 0 }), "bytes of the file that are mapped into memory"),
  temp_store: optional(enumeration(["default", "file", "memory"]), "where temporary tables are kept"),
  recursive_triggers: optional(boolean(), "whether triggers may start themselves"),
  case_sensitive_like: optional(boolean(), "whether LIKE tells upper from lower case"),
  secure_delete: optional(boolean(), "whether deleted content is overwritten"),
  wal_autocheckpoint: optional(integer({ min: 0 }), "pages after which the log is moved into the file"),
  journal_size_limit: optional(integer({ min: -1 }), "bytes that the log keeps when it is empty"),
};

/** The settings of SQLite that may be changed: those that cannot break how its connections are used here. */
export const pragmasSchema = object(keys);

type Pragmas = ObjectOf<typeof keys>;

/** The statements that set them, for each new connection. */
export function pragmaStatements(pragmas: Pragmas | undefined): readonly string[] {
  return Object.entries(pragmas ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `PRAGMA ${name} = ${String(value)}`);
}
