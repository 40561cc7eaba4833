import type { JsonValue } from "../../expression/value.js";
import { tooManyRows, type SqlFault } from "./sql-fault.js";

/** How an answer is made of rows. */
export interface RowsWanted {
  readonly returns: "one" | "many" | "value" | "none";
  readonly maxRows: number;
}

/** The columns of an answer: their names, and how to read what the driver gives for each. */
export interface ColumnReaders {
  readonly names: readonly string[];
  readonly readers: readonly ((stored: unknown) => JsonValue)[];
}

/** Rows beyond what may be used that are dropped before the statement is stopped. */
const surplusBound = 100;

/** Collects the rows of one answer; beyond its bound it keeps none, so that the memory stays small. */
export class RowCollector {
  private readonly wanted: RowsWanted;
  private readonly limit: number;
  private readonly onSurplus: () => void;
  private readonly rows: JsonValue[] = [];
  private seen = 0;

  constructor(wanted: RowsWanted, onSurplus: () => void) {
    this.wanted = wanted;
    this.onSurplus = onSurplus;
    this.limit = wanted.returns === "many" ? wanted.maxRows : wanted.returns === "none" ? 0 : 1;
  }

  add(row: readonly unknown[], { names, readers }: ColumnReaders): void {
    this.seen++;
    if (this.seen > this.limit) {
      if (this.seen === this.limit + surplusBound) this.onSurplus();
      return;
    }
    if (this.wanted.returns === "value") {
      this.rows.push(readers[0]!(row[0]));
      return;
    }
    const result: Record<string, JsonValue> = {};
    for (let index = 0; index < names.length; index++) result[names[index]!] = readers[index]!(row[index]);
    this.rows.push(result);
  }

  /** Whether the statement was asked to be stopped: then its failure means nothing. */
  get isStopped(): boolean {
    return this.seen >= this.limit + surplusBound;
  }

  /** Whether there were more rows than the answer may have. */
  get fault(): SqlFault | undefined {
    const { returns } = this.wanted;
    const isTooMany = this.seen > this.limit && returns !== "value" && returns !== "none";
    return isTooMany ? tooManyRows(this.limit) : undefined;
  }

  get value(): JsonValue {
    return this.wanted.returns === "many" ? this.rows : (this.rows[0] ?? null);
  }
}

/** Why the columns of an answer cannot be the fields of an object. */
export function unusableNames(names: readonly string[]): SqlFault | undefined {
  const name = names.find((each, index) => each === "__proto__" || names.indexOf(each) !== index);
  if (name === undefined) return undefined;
  const reason = name === "__proto__" ? "cannot be the name of a column" : "is the name of two columns";
  return {
    kind: "failed",
    message: `"${name}" ${reason} of the answer; give it another one with AS`,
    wasSent: false,
  };
}
