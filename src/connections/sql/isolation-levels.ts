import type { Isolation } from "../../contracts/source.js";

/** The words of SQL for each level. */
export const isolationLevels: Readonly<Record<Isolation, string>> = {
  read_committed: "READ COMMITTED",
  repeatable_read: "REPEATABLE READ",
  serializable: "SERIALIZABLE",
};
