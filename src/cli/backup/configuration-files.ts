import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { failure } from "../../problems/orchestrator-error.js";

/** A file of the configuration folder; `path` is relative to it, with slashes. */
export interface ConfigurationFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface ConfigurationFiles {
  /** In the order of their paths. */
  readonly kept: readonly ConfigurationFile[];
  /** The paths of `.env` files and keys, which no backup holds. */
  readonly leftOut: readonly string[];
}

/** Reads a configuration folder; links are followed, as the service does. Throws FILE_UNREADABLE. */
export function readConfigurationFiles(folder: string): ConfigurationFiles {
  const paths = pathsIn(folder, "");
  const read = paths.map((path) => ({ path, content: readContent(join(folder, path)) }));
  const isKept = ({ path, content }: ConfigurationFile) => !isSecretPath(path) && !holdsPrivateKey(content);
  return {
    kept: read.filter(isKept),
    leftOut: read.filter((file) => !isKept(file)).map(({ path }) => path),
  };
}

/** Whether a file is one of secrets by its name: `.env` and its variants, keys and key stores. */
export function isSecretPath(path: string): boolean {
  const name = path.split("/").at(-1)!;
  if (/^\.env(\.|$)/.test(name)) return name !== ".env.example";
  return /\.(key|pem|p12|pfx|jks|keystore)$|^id_(rsa|dsa|ecdsa|ed25519)$|^(admin\.token|api-keys\.ya?ml)$/i.test(
    name,
  );
}

function holdsPrivateKey(content: Uint8Array): boolean {
  return Buffer.from(content).includes("PRIVATE KEY-----");
}

/** Folders that begin with a dot are no configuration: mounted maps keep their versions in them. */
function pathsIn(folder: string, prefix: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      if (stats?.isFile() === true) return [prefix + name];
      const isEntered = stats?.isDirectory() === true && !name.startsWith(".");
      return isEntered ? pathsIn(join(folder, name), `${prefix}${name}/`) : [];
    });
}

function readContent(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNREADABLE", { path, reason }, { cause: error });
  }
}
