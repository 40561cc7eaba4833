import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isSeq, parseDocument, YAMLMap, YAMLSeq, type Document } from "yaml";
import { failure } from "../../problems/orchestrator-error.js";

/** What is known of a key. */
export interface ListedKey {
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly createdAt: string | undefined;
}

const header =
  " The API keys of this project: names and hashes. Keep it out of git.\n Written by `orchestrator-api keys`.";

/** The file of API keys, for changes that leave the rest of it, comments included, as it is. */
export class KeyFile {
  private readonly path: string;
  private readonly shown: string;
  private readonly document: Document;
  private readonly entries: YAMLSeq;

  /** Throws API_KEYS_UNREADABLE. */
  constructor(path: string, shown: string) {
    this.path = path;
    this.shown = shown;
    const text = this.read();
    this.document = parseDocument(text);
    if (text === "") this.document.commentBefore = header;
    const [error] = this.document.errors;
    if (error !== undefined) throw this.unreadable(error.message.split("\n")[0]!);
    if (this.document.contents === null) this.document.contents = new YAMLMap() as never;
    if (!(this.document.contents instanceof YAMLMap)) throw this.unreadable("it is no mapping");
    if (this.document.get("keys") == null) this.document.set("keys", new YAMLSeq());
    const entries: unknown = this.document.get("keys");
    const isSound = isSeq(entries) && entries.items.every((item) => typeof nameOf(item) === "string");
    if (!isSound) throw this.unreadable("`keys` is no list of keys with names");
    this.entries = entries as YAMLSeq;
  }

  get keys(): readonly ListedKey[] {
    return this.entries.items.map((item) => {
      const {
        name,
        roles,
        scopes,
        created_at: createdAt,
      } = (item as YAMLMap).toJSON() as Record<string, unknown>;
      return {
        name: String(name),
        roles: texts(roles),
        scopes: texts(scopes),
        createdAt: createdAt as string,
      };
    });
  }

  /** Adds a key and answers it: it is not kept, only its hash. Throws API_KEY_TAKEN, FILE_UNWRITABLE. */
  create(name: string, roles: readonly string[], scopes: readonly string[]): string {
    if (this.keys.some((key) => key.name === name)) throw failure("API_KEY_TAKEN", { name });
    const key = `oak_${randomBytes(32).toString("base64url")}`;
    const entry = {
      name,
      sha256: createHash("sha256").update(key).digest("hex"),
      ...(roles.length > 0 && { roles }),
      ...(scopes.length > 0 && { scopes }),
      created_at: new Date().toISOString(),
    };
    this.entries.flow = false;
    this.entries.add(this.document.createNode(entry));
    this.write();
    return key;
  }

  /** Throws API_KEY_UNKNOWN, FILE_UNWRITABLE. */
  revoke(name: string): void {
    const index = this.entries.items.findIndex((item) => nameOf(item) === name);
    if (index < 0) throw failure("API_KEY_UNKNOWN", { name, known: this.keys.map((key) => key.name) });
    this.entries.delete(index);
    this.write();
  }

  private read(): string {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw this.unreadable((error as Error).message);
    }
  }

  /** In one go, so that a service that reads it meanwhile sees the file before or after. */
  private write(): void {
    const written = `${this.path}.${process.pid}`;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      writeFileSync(written, this.document.toString({ lineWidth: 0 }), { mode: 0o600 });
      renameSync(written, this.path);
    } catch (error) {
      throw failure(
        "FILE_UNWRITABLE",
        { path: this.shown, reason: (error as Error).message },
        { cause: error },
      );
    }
  }

  private unreadable(reason: string): Error {
    return failure("API_KEYS_UNREADABLE", { path: this.shown, reason });
  }
}

function nameOf(item: unknown): unknown {
  return item instanceof YAMLMap ? item.get("name") : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
