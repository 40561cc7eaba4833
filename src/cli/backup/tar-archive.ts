/** A file of an archive. `path` has slashes. */
export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array;
}

const blockSize = 512;
const nameLength = 100;
const prefixLength = 155;

/** What is wrong with an archive, in words that follow "because". */
export class ArchiveFault extends Error {
  override readonly name = "ArchiveFault";
}

/** Packs plain files as POSIX.1-1988 (ustar), which every tar reads. Throws ArchiveFault where a path does not fit. */
export function packArchive(files: readonly ArchiveFile[], modifiedAtMs: number): Buffer {
  const blocks = files.flatMap(({ path, content }) => [
    headerOf(path, content.length, modifiedAtMs),
    Buffer.concat([content, Buffer.alloc(paddingOf(content.length))]),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function headerOf(path: string, size: number, modifiedAtMs: number): Buffer {
  const header = Buffer.alloc(blockSize);
  const [prefix, name] = splitPath(path);
  header.write(name, 0);
  header.write("0000600\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${octal(size, 11)}\0`, 124);
  header.write(`${octal(Math.floor(modifiedAtMs / 1000), 11)}\0`, 136);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.write(prefix, 345);
  header.write(`${octal(checksumOf(header), 6)}\0 `, 148);
  return header;
}

function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= nameLength) return ["", path];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    const fits = Buffer.byteLength(prefix) <= prefixLength && Buffer.byteLength(name) <= nameLength;
    if (fits) return [prefix, name];
  }
  throw new ArchiveFault(`the path "${path}" is too long`);
}

/** Reads an archive of plain files. Throws ArchiveFault for anything else: links and devices too. */
export function unpackArchive(archive: Buffer): readonly ArchiveFile[] {
  const files: ArchiveFile[] = [];
  for (let at = 0; at + blockSize <= archive.length;) {
    const header = archive.subarray(at, at + blockSize);
    if (header.every((byte) => byte === 0)) return files;
    const { path, size } = readHeader(header);
    const begin = at + blockSize;
    if (begin + size > archive.length) throw new ArchiveFault("it ends in the middle of a file");
    files.push({ path, content: archive.subarray(begin, begin + size) });
    at = begin + size + paddingOf(size);
  }
  throw new ArchiveFault("its end is missing");
}

function readHeader(header: Buffer): { readonly path: string; readonly size: number } {
  if (textAt(header, 257, 5) !== "ustar") throw new ArchiveFault("it is no tar archive");
  if (numberAt(header, 148, 8) !== checksumOf(header)) throw new ArchiveFault("it is damaged");
  const name = textAt(header, 0, nameLength);
  const prefix = textAt(header, 345, prefixLength);
  const path = prefix === "" ? name : `${prefix}/${name}`;
  const type = textAt(header, 156, 1) || "0";
  if (type !== "0") throw new ArchiveFault(`"${path}" is no plain file`);
  return { path, size: numberAt(header, 124, 12) };
}

function textAt(header: Buffer, start: number, length: number): string {
  return header.toString("utf8", start, start + length).replace(/\0.*$/s, "");
}

function numberAt(header: Buffer, start: number, length: number): number {
  const text = textAt(header, start, length).trim();
  if (!/^[0-7]+$/.test(text)) throw new ArchiveFault("it is damaged");
  return Number.parseInt(text, 8);
}

/** The sum of the bytes of a header, its own field counted as spaces. */
function checksumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

const paddingOf = (size: number) => (blockSize - (size % blockSize)) % blockSize;

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
