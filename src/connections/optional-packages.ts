import { createRequire } from "node:module";
import { failure } from "../problems/orchestrator-error.js";

/** A package that is loaded on first use, and that the product does without as long as nothing needs it. */
export interface OptionalPackage {
  readonly name: string;
  /** What needs it, as the beginning of a sentence. */
  readonly purpose: string;
  /** What to install. */
  readonly version: string;
  /** What stands before the command that installs it: a variable that its script heeds. */
  readonly prefix?: string;
}

/** Every optional package. `peerDependencies` of package.json lists the same names. */
export const optionalPackages = {
  mysql2: { name: "mysql2", purpose: "A MySQL or MariaDB source", version: "3" },
  duckdb: { name: "@duckdb/node-api", purpose: "A DuckDB source", version: "latest" },
  onnxruntime: {
    name: "onnxruntime-node",
    purpose: "A model of type onnx",
    version: "1",
    // Its script would fetch files for GPUs from outside the registry, and fail where it cannot.
    prefix: "ONNXRUNTIME_NODE_INSTALL=skip",
  },
} as const satisfies Readonly<Record<string, OptionalPackage>>;

const { resolve } = createRequire(import.meta.url);

/** Whether a package can be found; nothing is loaded. */
export function isInstalled({ name }: OptionalPackage): boolean {
  try {
    resolve(name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND";
  }
}

/** Loads a package. Throws DRIVER_MISSING where it is not installed, or does not load. */
export async function loadOptional(
  { name, purpose, version, prefix }: OptionalPackage,
  importModule: (name: string) => Promise<unknown> = (each) => import(each),
): Promise<unknown> {
  try {
    return await importModule(name);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const isAbsent = code === "ERR_MODULE_NOT_FOUND" && message?.includes(`'${name}'`) === true;
    const reason = isAbsent ? "" : (message ?? String(error));
    throw failure("DRIVER_MISSING", { what: purpose, name, version, prefix, reason }, { cause: error });
  }
}
