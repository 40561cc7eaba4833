import { createHash } from "node:crypto";
import type { Files, Host } from "../contracts/host.js";

/** A host that notes the content of every file read through it, such as the certificates of a connection. */
export function watchFiles(host: Host): { readonly host: Host; areUnchanged(files: Files): boolean } {
  const seen = new Map<string, string>();
  const read = (path: string): Uint8Array => {
    const content = host.files.read(path);
    seen.set(path, digest(content));
    return content;
  };
  return {
    host: {
      files: { read, list: (path) => host.files.list(path), kindOf: (path) => host.files.kindOf(path) },
      clock: host.clock,
      env: (name) => host.env(name),
      uuid: () => host.uuid(),
    },
    areUnchanged: (files) => [...seen].every(([path, before]) => digestOf(path, files) === before),
  };
}

function digestOf(path: string, files: Files): string | undefined {
  try {
    return digest(files.read(path));
  } catch {
    return undefined;
  }
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}
