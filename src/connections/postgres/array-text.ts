import type { JsonValue } from "../../expression/value.js";

/** Reads the text of an array, such as `{1,NULL,"a b"}` or `{{1,2},{3,4}}`. Bounds before it are left out. */
export function parseArray(text: string, read: (item: string) => JsonValue): JsonValue {
  return new ArrayReader(text, read).list();
}

/** Writes the text of an array of one dimension. */
export function writeArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

class ArrayReader {
  private readonly text: string;
  private readonly read: (item: string) => JsonValue;
  private at: number;

  constructor(text: string, read: (item: string) => JsonValue) {
    this.text = text;
    this.read = read;
    this.at = text.indexOf("{");
  }

  list(): JsonValue[] {
    const items: JsonValue[] = [];
    this.at++;
    while (this.text[this.at] !== "}") {
      if (this.text[this.at] === ",") this.at++;
      items.push(this.item());
    }
    this.at++;
    return items;
  }

  private item(): JsonValue {
    if (this.text[this.at] === "{") return this.list();
    if (this.text[this.at] === '"') return this.read(this.quoted());
    const from = this.at;
    while (!/[,}]/.test(this.text[this.at]!)) this.at++;
    const plain = this.text.slice(from, this.at);
    return plain === "NULL" ? null : this.read(plain);
  }

  private quoted(): string {
    let inner = "";
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] === "\\") this.at++;
      inner += this.text[this.at];
    }
    this.at++;
    return inner;
  }
}
