import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { ModelFileError, readModelFile, type ModelFile } from "./model-file.js";
import type { ModelContent } from "./protocol.js";
import { stripZipMaps, withoutZipMaps } from "./strip-zip-maps.js";

/** A model as it was read once: what it says of itself, and its bytes. */
export interface LoadedFile {
  readonly file: ModelFile;
  readonly content: ModelContent;
  readonly sha256: string;
  /** Of the model and its weights: when it changes, so did one of them. */
  readonly stamp: string;
}

/** Reads a model and the weights beside it. Throws ModelFileError. */
export async function readContent(path: string, stripsZipMaps: boolean): Promise<LoadedFile> {
  const bytes = await readPart(path, "it");
  const written = readModelFile(bytes);
  const weightPaths = written.weightFiles.map((name) => weightPath(path, name));
  const stamp = await stampOf([path, ...weightPaths]);
  const weights = await Promise.all(
    written.weightFiles.map(async (name, index) => ({
      path: name,
      data: shared(await readPart(weightPaths[index]!, `its weight file "${name}"`)),
    })),
  );
  return {
    file: stripsZipMaps ? withoutZipMaps(written) : written,
    content: { model: shared(stripsZipMaps ? stripZipMaps(bytes, written) : bytes), weights },
    sha256: createHash("sha256").update(bytes).digest("hex"),
    stamp,
  };
}

/** Sizes and times of files; of one that is not there, that. */
export async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    return found === undefined ? "none" : `${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return (await Promise.all(stamps)).join(", ");
}

/** Weights are in the folder of their model. Throws ModelFileError. */
export function weightPath(modelPath: string, name: string): string {
  const clean = normalize(name);
  if (isAbsolute(clean) || clean.startsWith("..")) {
    throw new ModelFileError(`its weight file "${name}" is not in the folder of the model`);
  }
  return join(dirname(modelPath), clean);
}

async function readPart(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "is not there" : `cannot be read (${code ?? String(error)})`;
    throw new ModelFileError(`${what} ${reason}: ${basename(path)}`);
  }
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
