import type { Reference } from "./expression.js";

/**
 * The allow-listed syntax tree: everything an expression can be, and nothing else. It is made by `parse.ts` only, and
 * every function name in it is one of the library.
 */
export type Tree =
  | LiteralTree
  | ReferenceTree
  | ParameterTree
  | MemberTree
  | UnaryTree
  | BinaryTree
  | LogicalTree
  | ConditionalTree
  | ListTree
  | ObjectTree
  | CallTree
  | MethodTree;

export interface LiteralTree {
  readonly kind: "literal";
  readonly value: null | boolean | number | string;
}

/** A root with the literal members read from it. */
export interface ReferenceTree {
  readonly kind: "reference";
  readonly reference: Reference;
}

/** A parameter of an enclosing arrow function; `id` is unique in the expression. */
export interface ParameterTree {
  readonly kind: "parameter";
  readonly id: number;
}

export interface MemberTree {
  readonly kind: "member";
  readonly object: Tree;
  /** A literal name or index, or the tree that computes one. */
  readonly key: string | number | Tree;
}

export interface UnaryTree {
  readonly kind: "unary";
  readonly operator: "!" | "-" | "+";
  readonly operand: Tree;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "**" | "<" | "<=" | ">" | ">=" | "===" | "!==";

export interface BinaryTree {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Tree;
  readonly right: Tree;
}

export interface LogicalTree {
  readonly kind: "logical";
  readonly operator: "&&" | "||" | "??";
  readonly left: Tree;
  readonly right: Tree;
}

export interface ConditionalTree {
  readonly kind: "conditional";
  readonly test: Tree;
  readonly whenTrue: Tree;
  readonly whenFalse: Tree;
}

export interface SpreadTree {
  readonly kind: "spread";
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: "list";
  readonly items: readonly (Tree | SpreadTree)[];
}

export interface EntryTree {
  readonly kind: "entry";
  readonly key: string | Tree;
  readonly value: Tree;
}

export interface ObjectTree {
  readonly kind: "object";
  readonly entries: readonly (EntryTree | SpreadTree)[];
}

/** An arrow function. Not a Tree: it can only stand where a call takes one, so it can never become a value. */
export interface ArrowTree {
  readonly kind: "arrow";
  readonly parameters: readonly number[];
  readonly body: Tree;
  /** What one call of it counts as work; grows with its body. */
  readonly cost: number;
}

export type Argument = Tree | SpreadTree | ArrowTree;

/** A call of a library function, such as `sum(…)` or `Math.floor(…)`. */
export interface CallTree {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Argument[];
}

/** A call of a listed method on a value. */
export interface MethodTree {
  readonly kind: "method";
  readonly name: string;
  readonly receiver: Tree;
  readonly arguments: readonly Argument[];
}

/** An expression, parsed: what it refers to, what it needs, and its tree. */
export interface ParsedExpression {
  readonly source: string;
  /** Every use of a root, in the order of the text. */
  readonly references: readonly Reference[];
  /** It calls `now()`. */
  readonly usesClock: boolean;
  /** It calls `uuid()`. */
  readonly usesRandom: boolean;
  readonly tree: Tree;
}
