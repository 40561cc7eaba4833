import type { AnyNode, Expression } from "acorn";
import type { Reference } from "./expression.js";
import { refuse, type Span } from "./fault.js";
import type { Tree } from "./tree.js";

/** How deeply an expression may be nested. */
export const nestingLimit = 200;

/** The state of reading one expression. */
export class Reading {
  readonly references: Reference[] = [];
  usesClock = false;
  usesRandom = false;
  /** How many trees were made so far; what an arrow function costs is measured with it. */
  made = 0;
  /** The parameters in sight; a destructured name stands for the members that lead to it. */
  names: ReadonlyMap<string, Tree> = new Map();
  private depth = 0;
  private nextParameter = 0;
  private readonly base: number;
  private readonly translate: (reading: Reading, node: Expression) => Tree;

  /** `base` is added to all offsets of the syntax tree. */
  constructor(base: number, translate: (reading: Reading, node: Expression) => Tree) {
    this.base = base;
    this.translate = translate;
  }

  /** The allow-listed tree of a node. Refuses what is outside the subset. */
  tree(node: Expression): Tree {
    this.made++;
    return this.deeper(node, () => this.translate(this, node));
  }

  /** Goes one level deeper; refuses the level past the limit. */
  deeper<Result>(node: AnyNode, read: () => Result): Result {
    if (++this.depth > nestingLimit) {
      refuse(this.span(node), "EXPRESSION_LIMIT", { bound: `${nestingLimit} levels of nesting` });
    }
    const result = read();
    this.depth--;
    return result;
  }

  span(node: AnyNode): Span {
    return { start: this.base + node.start, end: this.base + node.end };
  }

  newParameter(): number {
    return this.nextParameter++;
  }
}
