import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import { text } from "../../schema/scalars.js";
import type { Tree } from "../../schema/tree.js";
import { builtSchemes, plannedSchemes, type DialectName } from "./dialect.js";

/** Where a database is. For SQLite a path, which begins at the project unless it is absolute. */
export interface ConnectionString {
  readonly dialect: DialectName;
  readonly path: string;
}

/** A connection string as SQLAlchemy writes them; the suffix that names a driver is dropped. */
export function connectionString(): Schema<ConnectionString> {
  return mapped(text("a URL such as `sqlite:///data/local.db`"), readConnectionString);
}

const form = /^([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?:\/\/(.*)$/is;

function readConnectionString(
  value: string,
  tree: Tree,
  context: CheckContext,
): ConnectionString | undefined {
  const [, scheme, rest] = form.exec(value) ?? [];
  if (scheme === undefined || rest === undefined) {
    const reason = "A connection string is a URL: its database, `://`, and where it is.";
    return context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, {
      hint: "Write `sqlite:///data/local.db`; with four slashes the path is absolute.",
    });
  }
  if (hasLiteralPassword(tree)) {
    const facts = { key: "connection_string", variable: "DB_PASSWORD" };
    return context.report.add("CONFIG_SECRET_LITERAL", facts, tree.location, {
      hint: "Write `${DB_PASSWORD}` in its place and set DB_PASSWORD in the environment or in .env.",
    });
  }
  const name = scheme.toLowerCase();
  const dialect = builtSchemes.get(name);
  if (dialect !== undefined) return readSqlitePath(dialect, rest, tree, context);
  const planned = plannedSchemes.get(name);
  if (planned) return context.report.add("DATABASE_NOT_BUILT", { dialect: planned }, tree.location);
  const known = [...builtSchemes.keys(), ...plannedSchemes.keys()];
  return context.report.add("DATABASE_SCHEME_UNKNOWN", { found: scheme, known }, tree.location);
}

/** The password as it was written, before variables were replaced. */
function hasLiteralPassword(tree: Tree): boolean {
  if (tree.kind !== "scalar" || tree.isVariable) return false;
  const written = tree.written ?? String(tree.value);
  const password = /^[^:/]+:\/\/[^:@/?#]*:([^@]+)@/.exec(written)?.[1];
  return password !== undefined && !password.includes("${");
}

function readSqlitePath(
  dialect: DialectName,
  rest: string,
  tree: Tree,
  context: CheckContext,
): ConnectionString | undefined {
  const refuse = (reason: string, hint?: string) =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  if (!rest.startsWith("/") && rest !== "") {
    return refuse("The path of a SQLite file begins behind three slashes.", `Write \`sqlite:///${rest}\`.`);
  }
  const path = rest.slice(1);
  if (path === "" || path.startsWith(":memory:")) {
    return refuse(
      "A database in memory would be another one for each of its connections.",
      "Name a file, such as `sqlite:///data/local.db`.",
    );
  }
  if (/[?#\0]/.test(path)) {
    return refuse(
      "The path of a SQLite file has no `?` and no `#`.",
      "Settings of SQLite stand in `options.pragmas`.",
    );
  }
  return { dialect, path };
}
