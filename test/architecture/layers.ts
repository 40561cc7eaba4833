import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Which layer may import which: the table of ARCHITECTURE.md, as data. A layer may always import itself. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  problems: [],
  expression: ["problems"],
  schema: ["expression", "problems"],
  contracts: ["schema", "expression", "problems"],
  config: ["contracts", "schema", "expression", "problems"],
  plan: ["config", "contracts", "schema", "expression", "problems"],
  engine: ["plan", "config", "contracts", "expression", "problems"],
  opening: ["connections", "config", "contracts", "schema", "expression", "problems"],
  connections: ["contracts", "schema", "expression", "problems"],
  "sources/database": ["connections", "contracts", "schema", "expression", "problems"],
  "sources/feast": ["connections", "contracts", "schema", "expression", "problems"],
  "sources/ml": ["connections", "observe", "contracts", "schema", "expression", "problems"],
  "sources/api": ["connections", "contracts", "schema", "expression", "problems"],
  host: ["contracts", "problems"],
  observe: ["contracts", "problems"],
  "service.ts": [
    ...[
      "sources/database",
      "sources/api",
      "sources/feast",
      "sources/ml",
      "host",
      "opening",
      "engine",
      "plan",
      "config",
    ],
    ...["contracts", "schema", "expression", "problems"],
  ],
  server: [
    ...["service.ts", "opening", "observe", "host", "engine", "plan", "config"],
    ...["contracts", "schema", "expression", "problems"],
  ],
  cli: [
    ...["server", "service.ts", "host", "observe", "engine", "plan", "config"],
    ...["contracts", "schema", "expression", "problems"],
  ],
  "index.ts": ["server", "cli", "service.ts", "host", "contracts", "schema", "expression", "problems"],
};

export interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const source = resolve(import.meta.dirname, "../../src");

/** Every import between two layers of `src/`. */
export function importsBetweenLayers(): readonly Import[] {
  return sourceFiles(source).flatMap((file) => {
    const from = layerOf(file);
    return importsOf(file)
      .map((each) => ({ file: relative(source, file), from, to: layerOf(each.path), isType: each.isType }))
      .filter(({ to }) => to !== from);
  });
}

/** Imports of the platform that only some layers may make, such as files and sockets. */
export function platformImports(): readonly {
  readonly file: string;
  readonly layer: string;
  readonly name: string;
}[] {
  return sourceFiles(source).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const names = [...text.matchAll(/from "(node:[a-z_/]+)"/g)].map((match) => match[1]!);
    return names.map((name) => ({ file: relative(source, file), layer: layerOf(file), name }));
  });
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): readonly { readonly path: string; readonly isType: boolean }[] {
  const text = readFileSync(file, "utf8");
  const found = [
    ...text.matchAll(/(?:import|export)\s+(type\s)?[^;"]*?from\s+"(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)/g),
  ];
  return found.map((match) => ({
    path: resolve(dirname(file), (match[2] ?? match[3])!),
    isType: match[1] !== undefined,
  }));
}

function layerOf(path: string): string {
  const [first, second] = relative(source, path).replace(/\.js$/, ".ts").split("/");
  return first === "sources" ? `sources/${second}` : first!;
}
