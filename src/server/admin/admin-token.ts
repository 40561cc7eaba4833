import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where the token is that a service makes for itself. */
export function adminTokenPath(projectFolder: string): string {
  return join(projectFolder, "data", "admin.token");
}

/**
 * The token of a project, made where there is none yet: 256 random bits in a file that only its owner may read.
 * Throws what the file system throws.
 */
export function readOrMakeToken(projectFolder: string): string {
  const path = adminTokenPath(projectFolder);
  const known = readToken(path);
  if (known !== undefined) return known;
  mkdirSync(dirname(path), { recursive: true });
  const made = randomBytes(32).toString("base64url");
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Another process was quicker, or the file is there and empty.
    return readToken(path) ?? overwrite(path, made);
  }
}

/** `undefined` where there is no file, or nothing in it. Throws what the file system throws. */
export function readToken(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function overwrite(path: string, token: string): string {
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return token;
}
