import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import { unsetVariable } from "./expand-variables.js";
import { RepositoryError, UnsupportedError, type Place } from "./repository-error.js";
import type { CertificateFiles, NamedFile, RepositoryNotes } from "./repository-notes.js";

/** Reads the settings of one mapping of `feature_store.yaml`. Throws RepositoryError for one that has no sense. */
export class SettingReader {
  private readonly notes: RepositoryNotes;
  private readonly path: readonly string[];
  private readonly settings: Readonly<Record<string, JsonValue>>;
  private readonly asked = new Set<string>();

  /** A value that is no mapping is that of the setting `short`. */
  constructor(notes: RepositoryNotes, path: readonly string[], value: JsonValue, short?: string) {
    this.notes = notes;
    this.path = path;
    if (isJsonObject(value)) this.settings = value;
    else if (short !== undefined) this.settings = { [short]: value };
    else {
      const what = path.length === 0 ? "it" : `"${path.join(".")}"`;
      throw new RepositoryError(`${what} is no mapping`, notes.text.placeOf(path));
    }
  }

  has(name: string): boolean {
    this.asked.add(name);
    return Object.hasOwn(this.settings, name) && this.settings[name] !== null;
  }

  /** Whether the setting stands there, be it empty. */
  isWritten(name: string): boolean {
    return Object.hasOwn(this.settings, name);
  }

  value(name: string): JsonValue {
    this.asked.add(name);
    return Object.hasOwn(this.settings, name) ? this.settings[name]! : null;
  }

  placeOf(name: string): Place {
    return this.notes.text.placeOf([...this.path, name]);
  }

  /** The settings of a mapping inside this one. */
  within(name: string, short?: string): SettingReader {
    return new SettingReader(this.notes, [...this.path, name], this.value(name), short);
  }

  text(name: string): string | undefined;
  text(name: string, fallback: string): string;
  text(name: string, fallback?: string): string | undefined {
    if (!this.has(name)) return fallback;
    const value = this.settings[name];
    if (typeof value !== "string" && typeof value !== "number") throw this.refuse(name, "is no text");
    const unset = unsetVariable(String(value));
    if (unset !== undefined) throw this.refuse(name, `needs the variable ${unset}, which is not set`);
    return String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw this.refuse(name, "is missing");
    return value;
  }

  number(name: string): number | undefined;
  number(name: string, fallback: number): number;
  number(name: string, fallback?: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) throw this.refuse(name, "is no number");
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.has(name) ? this.settings[name] : fallback;
    if (typeof value === "boolean") return value;
    const text = String(value).toLowerCase();
    if (["true", "yes", "on", "1"].includes(text)) return true;
    if (["false", "no", "off", "0"].includes(text)) return false;
    throw this.refuse(name, "is neither true nor false");
  }

  oneOf<const Name extends string>(name: string, known: readonly Name[], fallback: Name): Name {
    const value = this.text(name, fallback);
    const found = known.find((each) => each === value);
    if (found === undefined) throw this.refuse(name, `is "${value}", not one of ${known.join(", ")}`);
    return found;
  }

  /** Notes the files that a connection needs; `name` is the setting that names them. */
  certificates(
    files: Partial<Record<keyof CertificateFiles, { name: string; path: string | undefined }>>,
  ): void {
    const named = Object.entries(files).flatMap(([kind, { name, path }]): [string, NamedFile][] =>
      path === undefined ? [] : [[kind, { path, place: this.placeOf(name) }]],
    );
    if (named.length > 0) this.notes.certificates.push(Object.fromEntries(named));
  }

  /** Notes the settings that nothing has asked for, but for those of which it is known that they change no read. */
  finish(harmless: readonly string[]): void {
    const known = [...this.asked, ...harmless];
    for (const name of Object.keys(this.settings)) {
      if (!known.includes(name)) this.unused(name, "it is not known", known);
    }
  }

  unused(name: string, reason: string, known?: readonly string[]): void {
    this.notes.unused.push({ name: this.nameOf(name), reason, known, place: this.placeOf(name) });
  }

  /** The error that a setting cannot be used: `reason` goes on behind its name. */
  refuse(name: string, reason: string): RepositoryError {
    return this.fault(name, `"${this.nameOf(name)}" ${reason}`);
  }

  fault(name: string, message: string): RepositoryError {
    return new RepositoryError(message, this.placeOf(name));
  }

  unsupported(name: string, what: string, known: readonly string[]): UnsupportedError {
    return new UnsupportedError(what, known, this.placeOf(name));
  }

  private nameOf(name: string): string {
    return [...this.path, name].join(".");
  }
}
