import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { failure } from "../problems/orchestrator-error.js";
import { packageFolder, packageVersion } from "../host/package-version.js";

export interface TemplateEntry {
  /** In the project, with `/`; a folder ends with one. */
  readonly path: string;
  /** `undefined` for a folder that is made empty. */
  readonly content: Uint8Array | undefined;
}

const templates = ["minimal", "full", "demo"];
/** What `--environments` adds to a template, or puts in the place of its files. */
const environmentsFolder = "environments";

/** The files that a template makes. Throws TEMPLATE_UNKNOWN, TEMPLATE_WITHOUT_ENVIRONMENTS. */
export function templateEntries(name: string, hasEnvironments: boolean): readonly TemplateEntry[] {
  if (!templates.includes(name)) throw failure("TEMPLATE_UNKNOWN", { name, known: templates });
  const entries = readTemplate(name);
  if (!hasEnvironments) return entries;
  if (name !== "full") throw failure("TEMPLATE_WITHOUT_ENVIRONMENTS", { name });
  const added = readTemplate(environmentsFolder);
  const replaced = new Set(added.map(({ path }) => path));
  return [...entries.filter(({ path }) => !replaced.has(path)).map(moveToBase), ...added];
}

function readTemplate(name: string): readonly TemplateEntry[] {
  return readFolder(fileURLToPath(new URL(`templates/${name}/`, packageFolder)), "");
}

/** Configuration files go one folder deeper, and with them the ways and names that they mention. */
function moveToBase({ path, content }: TemplateEntry): TemplateEntry {
  if (!path.startsWith("config/") || content === undefined) return { path, content };
  const text = Buffer.from(content)
    .toString("utf8")
    .replace(/^(# yaml-language-server: \$schema=)/m, "$1../")
    .replaceAll(/config\/(?=[a-z_]+(\.yaml|\/))/g, "config/base/");
  return { path: path.replace("config/", "config/base/"), content: Buffer.from(text) };
}

/** Names that npm would leave out of the package, or that tools would take for their own while they lie in it. */
const storedNames: Readonly<Record<string, string>> = {
  env: ".env",
  "env.example": ".env.example",
  gitignore: ".gitignore",
  gitkeep: ".gitkeep",
  npmrc: ".npmrc",
  "package.template.json": "package.json",
};
/** Marks a folder that is empty in the project; neither git nor npm keeps such a folder. */
const emptyFolderMark = ".gitkeep";

function readFolder(folder: string, prefix: string): readonly TemplateEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return readFolder(path, `${prefix}${entry.name}/`);
      if (entry.name === emptyFolderMark) return [{ path: prefix, content: undefined }];
      return [{ path: prefix + (storedNames[entry.name] ?? entry.name), content: contentOf(path) }];
    });
}

/** The template's package.json asks for the version that made it. */
function contentOf(path: string): Uint8Array {
  const content = readFileSync(path);
  if (!path.endsWith("package.template.json")) return content;
  return Buffer.from(content.toString("utf8").replaceAll("__VERSION__", packageVersion()));
}
