import { oneOrMany } from "../../schema/composites.js";
import { mapped, wrongType, type Schema } from "../../schema/schema.js";
import { describeTree } from "../../schema/tree.js";

/** Which statuses are meant, by number. */
export class StatusSet {
  private readonly contained = new Uint8Array(1_000);

  constructor(ranges: readonly StatusRange[]) {
    for (const { first, last } of ranges) this.contained.fill(1, first, last + 1);
  }

  has(status: number): boolean {
    return this.contained[status] === 1;
  }
}

interface StatusRange {
  readonly first: number;
  readonly last: number;
}

/** Statuses, and ranges of them such as `2xx`: one or a list. */
export function statuses(): Schema<StatusSet> {
  return mapped(oneOrMany(statusRange), (ranges) => new StatusSet(ranges));
}

export const anySuccess = new StatusSet([{ first: 200, last: 299 }]);
export const noStatus = new StatusSet([]);

const rangePattern = /^([2-5])xx$/i;

/** Whether a text is a range of statuses rather than an expression. */
export function isStatusRange(text: string): boolean {
  return rangePattern.test(text);
}

const statusRange: Schema<StatusRange> = {
  words: "a status such as `404` or a range such as `2xx`",
  json: () => ({
    anyOf: [
      { type: "integer", minimum: 200, maximum: 599 },
      { type: "string", pattern: "^[2-5]xx$" },
    ],
  }),
  check(tree, context) {
    const value = tree.kind === "scalar" ? tree.value : undefined;
    const range = rangePattern.exec(String(value));
    if (range !== null) return { first: Number(range[1]) * 100, last: Number(range[1]) * 100 + 99 };
    const status = tree.kind === "scalar" && tree.isVariable ? Number(value) : value;
    if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) {
      return { first: status, last: status };
    }
    return wrongType(this.words, describeTree(tree), tree, context);
  },
};
