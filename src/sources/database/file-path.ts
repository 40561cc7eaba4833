import type { CheckContext } from "../../schema/schema.js";
import type { Tree } from "../../schema/tree.js";
import type { FileAddress } from "./connection-string.js";

/** Reads what follows `sqlite://` or `duckdb://`. */
export function readFilePath(
  dialect: FileAddress["dialect"],
  rest: string,
  tree: Tree,
  context: CheckContext,
): FileAddress | undefined {
  const refuse = (reason: string, hint?: string) =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  const { product, example } = words[dialect];
  if (!rest.startsWith("/") && rest !== "") {
    return refuse(
      `The path of a ${product} file begins behind three slashes.`,
      `Write \`${dialect}:///${rest}\`.`,
    );
  }
  const path = rest.slice(1);
  if (path === "" || path.startsWith(":memory:")) {
    if (dialect === "duckdb") return { dialect, path: undefined };
    return refuse(
      "A database in memory would be another one for each of its connections.",
      `Name a file, such as \`${example}\`.`,
    );
  }
  if (/[?#\0]/.test(path)) {
    const hint = dialect === "sqlite" ? "Settings of SQLite stand in `options.pragmas`." : undefined;
    return refuse(`The path of a ${product} file has no \`?\` and no \`#\`.`, hint);
  }
  return { dialect, path };
}

const words = {
  sqlite: { product: "SQLite", example: "sqlite:///data/local.db" },
  duckdb: { product: "DuckDB", example: "duckdb:///data/local.duckdb" },
} as const;
