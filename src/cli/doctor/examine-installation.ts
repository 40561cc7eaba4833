import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packageFolder } from "../../host/package-version.js";
import { finding, fine, note, type Diagnosis } from "./diagnosis.js";

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What the package must hold to work. */
const parts = ["dist/cli/main.js", "dist/index.js", "schemas/config.schema.json", "templates/minimal"];

/** Looks at Node.js, at the package itself, and at what it needs. `nodeVersion` is the one that runs. */
export function examineInstallation(
  nodeVersion = process.versions.node,
  folder = packageFolder,
): readonly Diagnosis[] {
  const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as Manifest;
  return [
    examineNode(nodeVersion, manifest),
    ...examinePackage(manifest, folder),
    ...examineOptional(manifest, folder),
  ];
}

function examineNode(version: string, { engines }: Manifest): Diagnosis {
  const wanted = engines.node.replace(/^>=/, "");
  if (compare(version, wanted) >= 0) return fine("node", `Node.js ${version}.`);
  return finding("node", `Node.js ${version} is too old.`, `Install Node.js ${wanted} or newer.`);
}

function compare(a: string, b: string): number {
  const [first, second] = [a, b].map((version) => version.split(".").map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (first![at] ?? 0) - (second![at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function examinePackage({ version, dependencies }: Manifest, folder: URL): readonly Diagnosis[] {
  const remedy = "Install it anew: remove node_modules and run `npm install`.";
  const lost = parts.filter((path) => !existsSync(new URL(path, folder)));
  const missing = Object.keys(dependencies).filter((name) => !isInstalled(name, folder));
  if (lost.length + missing.length === 0)
    return [fine("package", `orchestrator-api-service ${version} is complete.`)];
  return [
    ...lost.map((path) => finding("package", `The package lacks its file "${path}".`, remedy)),
    ...missing.map((name) =>
      finding("package", `The package "${name}", which is needed, is not installed.`, remedy),
    ),
  ];
}

/** One that a source needs is a problem of the configuration, so here it is only worth knowing. */
function examineOptional({ peerDependencies = {} }: Manifest, folder: URL): readonly Diagnosis[] {
  return Object.keys(peerDependencies)
    .filter((name) => !isInstalled(name, folder))
    .map((name) => {
      const message = `The optional package "${name}" is not installed.`;
      return note("package", message, `If a source is to use it: \`npm install ${name}\`.`);
    });
}

function isInstalled(name: string, folder: URL): boolean {
  const folders = createRequire(new URL("package.json", folder)).resolve.paths(name) ?? [];
  return folders.some((each) => existsSync(join(each, name, "package.json")));
}
