import { entry, remark } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of databases that are found while loading or opening: connection strings, queries, first fillings. */
export const databaseProblems = {
  DATABASE_SCHEME_UNKNOWN: entry<{ found: string; known: readonly string[] }>(
    "A connection string begins with the name of no database.",
    (p) => ({ message: `"${p.found}" is no database that is known here.`, hint: nameHint(p.found, p.known) }),
  ),
  DATABASE_INIT_FAILED: entry<{ file: string; line: number; reason: string }>(
    "A file of `init_sql` or `init_csv` could not be loaded; everything was rolled back.",
    (p) => ({ message: `The database could not be filled: "${p.file}", line ${p.line}: ${p.reason}.` }),
  ),
  DRIVER_MISSING: entry<{
    what: string;
    name: string;
    version: string;
    reason: string;
    prefix?: string | undefined;
  }>("A source needs an optional package that is not installed, or does not load.", (p) => ({
    message: p.reason
      ? `${p.what} needs the package "${p.name}", which is installed but failed to load: ${p.reason}.`
      : `${p.what} needs the package "${p.name}", which is not installed.`,
    hint: `Run \`${p.prefix === undefined ? "" : `${p.prefix} `}npm install ${p.name}@${p.version}\`.`,
  })),
  QUERY_SYNTAX: entry<{ reason: string }>("The text of a query cannot be taken apart.", (p) => ({
    message: `This query cannot be read: ${p.reason}.`,
  })),
  QUERY_STATEMENTS_MANY: entry("An operation holds more than one statement.", () => ({
    message: "A second statement begins here; an operation is one statement.",
    hint: "Make two operations of it. A trailing `;` is fine.",
  })),
  QUERY_REFUSED: entry<{ reason: string }>(
    "`check --live`: the database does not take a query, as where it has no such column.",
    (p) => ({ message: `The database does not take this query: ${p.reason}.` }),
  ),
  QUERY_PARAMETER_TYPE: remark<{ name: string; declared: string; wanted: string }>(
    "warning",
    "`check --live`: a parameter is declared as text where the database takes something else.",
    (p) => ({
      message: `The parameter "${p.name}" is declared as ${p.declared}, but the database takes ${p.wanted} here.`,
      hint: `Say \`type: ${p.wanted}\`, so that a wrong value is refused before it is sent.`,
    }),
  ),
  SOURCE_NOT_ASKED: entry<{ name: string; reason: string }>(
    "`check --live` could not ask a source.",
    (p) => ({ message: `The source "${p.name}" could not be asked: ${p.reason}` }),
  ),
  SHAPE_DRIFTED: remark<{ operation: string; source: string }>(
    "warning",
    "`check --live`: what `config.lock` says of a query or a model is not what its source says now.",
    (p) => ({
      message: `The source "${p.source}" says something else of "${p.operation}" than config.lock.`,
      hint: "Run `orchestrator-api config lock` and look at what changed.",
    }),
  ),
  LOCK_INVALID: entry<{ reason: string }>("The file config.lock cannot be used.", (p) => ({
    message: `config.lock cannot be read: ${p.reason}.`,
    hint: "Make it again with `orchestrator-api config lock`.",
  })),
  QUERY_PARAMETER_UNUSED: entry<{ name: string; known: readonly string[] }>(
    "A parameter is declared that the query does not use.",
    (p) => ({
      message: `The parameter "${p.name}" is declared, but the query has no ":${p.name}".`,
      hint: nameHint(p.name, p.known, ":"),
    }),
  ),
  QUERY_EFFECT_WRONG: entry<{ verb: string }>(
    "An operation says `effect: read`, but its statement always writes.",
    (p) => ({
      message: `${p.verb} writes, so this operation cannot be a read.`,
      hint: "Leave `effect` out.",
    }),
  ),
  QUERY_RETURNS_WRONG: entry<{ returns: string }>(
    "An operation asks for rows of a statement that gives none.",
    (p) => ({
      message: `This statement gives no rows, so it cannot return "${p.returns}".`,
      hint: "Add a RETURNING clause, or leave `returns` out.",
    }),
  ),
};
