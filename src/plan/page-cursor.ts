import { createHash } from "node:crypto";
import { isJsonList, type JsonValue } from "../expression/value.js";

/** Writes and reads the cursors of one list: where a page ended, in a form that callers hand back as it is. */
export class PageCursor {
  private readonly identity: string;
  private readonly count: number;

  /** A cursor is one of this list only: of the same endpoint, sorted by the same columns. */
  constructor(endpoint: string, columns: readonly string[]) {
    this.identity = JSON.stringify([endpoint, columns]);
    this.count = columns.length;
  }

  write(values: readonly JsonValue[]): string {
    return Buffer.from(JSON.stringify([this.sum(values), ...values])).toString("base64url");
  }

  /** `undefined` for a text that is none, or was changed. */
  read(text: string): readonly JsonValue[] | undefined {
    let parts: JsonValue;
    try {
      parts = JSON.parse(Buffer.from(text, "base64url").toString()) as JsonValue;
    } catch {
      return undefined;
    }
    if (!isJsonList(parts) || parts.length !== this.count + 1) return undefined;
    const [sum, ...values] = parts;
    return sum === this.sum(values) ? values : undefined;
  }

  private sum(values: readonly JsonValue[]): string {
    return createHash("sha256")
      .update(this.identity + JSON.stringify(values))
      .digest("base64url")
      .slice(0, 12);
  }
}
