import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import { unsetVariable } from "./expand-variables.js";
import { RepositoryError } from "./repository-error.js";

/** Reads the settings of one mapping of `feature_store.yaml`. Throws RepositoryError for one that has no sense. */
export class SettingReader {
  private readonly path: string;
  private readonly settings: Readonly<Record<string, JsonValue>>;

  constructor(path: string, value: JsonValue) {
    if (!isJsonObject(value)) throw new RepositoryError(`"${path}" is no mapping`);
    this.path = path;
    this.settings = value;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.settings, name) && this.settings[name] !== null;
  }

  /** Whether the setting stands there, be it empty. */
  isWritten(name: string): boolean {
    return Object.hasOwn(this.settings, name);
  }

  value(name: string): JsonValue {
    return Object.hasOwn(this.settings, name) ? this.settings[name]! : null;
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

  private refuse(name: string, reason: string): RepositoryError {
    return new RepositoryError(`"${this.path === "" ? "" : `${this.path}.`}${name}" ${reason}`);
  }
}
