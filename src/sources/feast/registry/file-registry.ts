import { readFile, stat } from "node:fs/promises";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import { decodeRegistry } from "./decode-registry.js";
import type { RegistryContent } from "./model.js";
import type { RegistrySource } from "./registry-source.js";

const secondLookMs = 50;

/** A registry in one file. Feast writes it in place, so a reader may meet half of one: it looks a second time. */
export class FileRegistry implements RegistrySource {
  readonly shown: string;
  private readonly path: string;

  /** `path` is absolute. */
  constructor(path: string, shown: string) {
    this.path = path;
    this.shown = shown;
  }

  async fingerprint(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(this.path);
    return `${mtimeMs}:${size}:${ino}`;
  }

  async load(): Promise<RegistryContent> {
    try {
      return readContent(await readFile(this.path));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, secondLookMs));
      return readContent(await readFile(this.path));
    }
  }

  async close(): Promise<void> {
    return undefined;
  }
}

/** No bytes at all would be a registry without anything in it, but no writer means that. Throws WireError. */
export function readContent(bytes: Buffer): RegistryContent {
  if (bytes.length === 0) throw new WireError("the file is empty");
  return decodeRegistry(bytes);
}
