import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isSecretName } from "../../schema/secret.js";
import { finding, fine, type Diagnosis } from "./diagnosis.js";

type Variables = Readonly<Record<string, string | undefined>>;

/** Shorter ones stand in many files by chance. */
const shortestSecret = 6;
const largestFile = 1_000_000;
/** What is written while the service runs, or by tools; git ignores all of it. */
const passedOver = new Set(["node_modules", "data", "logs", "backups", "dist", "coverage"]);

/** Looks whether the value of a secret variable stands in a file that goes to git. Values are never shown. */
export function examineSecrets(projectFolder: string, environment: Variables): readonly Diagnosis[] {
  const examples = readExamples(projectFolder);
  const secrets = Object.entries(environment).filter(([name, value]) => {
    return isSecretName(name) && (value?.length ?? 0) >= shortestSecret && examples[name] !== value;
  });
  const found = filesIn(projectFolder, "").flatMap((path) => {
    const text = readFileSync(join(projectFolder, path), "utf8");
    return secrets
      .filter(([, value]) => text.includes(value!))
      .map(([name, value]) => describe(name, path, text.slice(0, text.indexOf(value!)).split("\n").length));
  });
  return found.length > 0 ? found : [fine("secrets", "No value of a secret variable stands in a file.")];
}

function describe(name: string, path: string, line: number): Diagnosis {
  const message = `The value of ${name} stands in ${path}:${line}.`;
  return finding(
    "secrets",
    message,
    `Write \`\${${name}}\` in its place, and change the secret if it was in git.`,
  );
}

/** A value that .env.example gives as well is a placeholder. */
function readExamples(folder: string): Variables {
  const path = join(folder, ".env.example");
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

function filesIn(folder: string, prefix: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = prefix + entry.name;
    if (entry.isDirectory()) {
      const isEntered = !entry.name.startsWith(".") && !(prefix === "" && passedOver.has(entry.name));
      return isEntered ? filesIn(join(folder, entry.name), `${path}/`) : [];
    }
    const isEnvironment = /^\.env(\.|$)/.test(entry.name) && entry.name !== ".env.example";
    const isRead = entry.isFile() && !isEnvironment && statSync(join(folder, entry.name)).size <= largestFile;
    return isRead ? [path] : [];
  });
}
