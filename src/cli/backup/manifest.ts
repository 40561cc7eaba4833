import { createHash } from "node:crypto";
import { packageVersion } from "../../host/package-version.js";
import { ArchiveFault, type ArchiveFile } from "./tar-archive.js";

/** The first file of a backup: what it is, and the fingerprint of every other file in it. */
export const manifestPath = "orchestrator-backup.json";

const kind = "orchestrator-api-service/configuration";
const format = 1;

/** `files` are the others of the archive. */
export function manifestOf(files: readonly ArchiveFile[], madeAt: Date): ArchiveFile {
  const manifest = {
    kind,
    format,
    made_by: packageVersion(),
    made_at: madeAt.toISOString(),
    files: Object.fromEntries(files.map(({ path, content }) => [path, fingerprint(content)])),
  };
  return { path: manifestPath, content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) };
}

/** The other files of an archive that is a whole backup. Throws ArchiveFault for any other. */
export function verifiedFiles([first, ...files]: readonly ArchiveFile[]): readonly ArchiveFile[] {
  if (first?.path !== manifestPath) throw new ArchiveFault("`config backup` did not make it");
  const known = readManifest(first.content);
  if (files.length !== Object.keys(known).length) throw new ArchiveFault("its files are not those it names");
  for (const { path, content } of files) {
    if (!Object.hasOwn(known, path) || known[path] !== fingerprint(content)) {
      throw new ArchiveFault(`"${path}" is not as it was when the backup was made`);
    }
  }
  return files;
}

function readManifest(content: Uint8Array): Readonly<Record<string, unknown>> {
  const manifest = parse(content);
  if (manifest?.kind !== kind) throw new ArchiveFault("`config backup` did not make it");
  if (manifest.format !== format) throw new ArchiveFault("a newer version made it");
  const { files } = manifest;
  return typeof files === "object" && files !== null ? (files as Record<string, unknown>) : {};
}

function parse(content: Uint8Array): { kind?: unknown; format?: unknown; files?: unknown } | undefined {
  try {
    return JSON.parse(Buffer.from(content).toString("utf8")) as object;
  } catch {
    return undefined;
  }
}

function fingerprint(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
