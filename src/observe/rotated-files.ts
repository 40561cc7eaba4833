import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

interface RotatedFile {
  readonly path: string;
  readonly time: string;
  /** Tells apart what was put aside within one second. */
  readonly number: number;
}

/** A free name for a log file that is put aside, such as `app.2026-03-01T00-00-00.1.log`. Newer ones sort later. */
export function rotatedName(path: string, atMs: number): string {
  const { stem, extension } = partsOf(path);
  const time = new Date(atMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const taken = rotatedFiles(path).filter((file) => file.time === time);
  const number = Math.max(0, ...taken.map((file) => file.number)) + 1;
  return join(dirname(path), `${stem}.${time}.${number}${extension}`);
}

/** Keeps the newest files that were put aside, and removes the others. */
export function removeOldFiles(path: string, keep: number): void {
  const newestFirst = [...rotatedFiles(path)].sort((a, b) =>
    a.time === b.time ? b.number - a.number : a.time < b.time ? 1 : -1,
  );
  for (const file of newestFirst.slice(keep)) rmSync(file.path, { force: true });
}

function rotatedFiles(path: string): readonly RotatedFile[] {
  const { stem, extension } = partsOf(path);
  const folder = dirname(path);
  return readdirSync(folder).flatMap((name) => {
    if (!name.startsWith(`${stem}.`) || !name.endsWith(extension)) return [];
    const middle = name.slice(stem.length + 1, name.length - extension.length);
    const match = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)\.(\d+)$/.exec(middle);
    return match === null ? [] : [{ path: join(folder, name), time: match[1]!, number: Number(match[2]) }];
  });
}

function partsOf(path: string): { readonly stem: string; readonly extension: string } {
  const extension = extname(path);
  return { stem: basename(path, extension), extension };
}
