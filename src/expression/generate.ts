import type { Reference } from "./expression.js";
import { frozenCopy } from "./frozen-copy.js";
import { cleanlinessOf } from "./leaving.js";
import { functionNamed, methodCall, methodsNamed } from "./library/table.js";
import type { Template } from "./template.js";
import type { Argument, ArrowTree, ListTree, ObjectTree, Tree } from "./tree.js";
import type { JsonValue } from "./value.js";

/**
 * Gives the path of a reference that is to be read instead of the one that was written: first the field of the scope,
 * then the members. Undefined leaves the reference as it is.
 */
export type Rewrite = (reference: Reference) => readonly (string | number)[] | undefined;

/**
 * Writes JavaScript for allow-listed trees. What enters the code is written here, a number that was counted here, or
 * went through `JSON.stringify`. The names it uses are those of `intrinsics` in `compile.ts`.
 */
export class CodeGenerator {
  /** The values that the code reads as `k0`, `k1`, …. */
  readonly constants: unknown[] = [];
  /** The code counts work or can throw. */
  isMetered = false;
  private usesTemporary = false;
  private readonly rewrite: Rewrite;

  constructor(rewrite: Rewrite = () => undefined) {
    this.rewrite = rewrite;
  }

  /** The statements of a function body that gives what `write` gives. */
  body(write: () => string, before = ""): string {
    const outer = this.usesTemporary;
    this.usesTemporary = false;
    const value = write();
    const temporary = this.usesTemporary ? "let t;" : "";
    this.usesTemporary = outer;
    return `${temporary}${before}return ${value};`;
  }

  template(template: Template): string {
    switch (template.kind) {
      case "literal":
        return this.literal(template.value);
      case "expression":
        return this.leaving(template.expression.tree);
      case "text": {
        const parts = template.parts.map((part) =>
          typeof part === "string" ? JSON.stringify(part) : this.metered(`textOf(${this.value(part.tree)})`),
        );
        return this.metered(`madeText(${parts.join("+") || '""'})`);
      }
      case "list":
        return `[${template.items.map((each) => this.template(each)).join()}]`;
      case "object":
        return `{${template.entries.map(([key, value]) => `${keyCode(key)}:${this.template(value)}`).join()}}`;
    }
  }

  /** The value of a tree as it may leave the expression: see `clean.ts`. */
  leaving(tree: Tree): string {
    const cleanliness = cleanlinessOf(tree);
    if (cleanliness === "clean") return this.value(tree);
    if (cleanliness === "scalar") return `cleanScalar(${this.value(tree)})`;
    if (tree.kind === "object" && tree.entries.every((each) => each.kind === "entry")) {
      return this.object(tree, (value) => this.leaving(value));
    }
    if (tree.kind === "list" && tree.items.every((each) => each.kind !== "spread")) {
      return this.list(tree, (item) => this.leaving(item));
    }
    return this.metered(`clean(${this.value(tree)})`);
  }

  private value(tree: Tree): string {
    switch (tree.kind) {
      case "literal":
        return this.literal(tree.value);
      case "reference":
        return this.reference(tree.reference);
      case "parameter":
        return `p${tree.id}`;
      case "member":
        return this.member(tree);
      case "unary":
        return this.unary(tree.operator, this.value(tree.operand));
      case "binary":
        return this.binary(tree.operator, tree.left, tree.right);
      case "logical":
        return `(${this.value(tree.left)}${tree.operator}${this.value(tree.right)})`;
      case "conditional":
        return `(${this.value(tree.test)}?${this.value(tree.whenTrue)}:${this.value(tree.whenFalse)})`;
      case "list":
        return isConstant(tree)
          ? this.literal(constantOf(tree))
          : this.list(tree, (item) => this.value(item));
      case "object":
        return this.object(tree, (value) => this.value(value));
      case "call": {
        const called = functionNamed(tree.name)!;
        const given = this.given(tree.arguments, called.maxArguments);
        const scope = called.uses === "clock" ? "s.nowMs" : "";
        return this.metered(`${this.constant(called.run)}(${scope}${given})`);
      }
      case "method": {
        const most = Math.max(...methodsNamed(tree.name).map((each) => each.maxArguments));
        const given = this.given(tree.arguments, most);
        const receiver = this.value(tree.receiver);
        return this.metered(`${this.constant(methodCall(tree.name))}(${receiver}${given && `,${given}`})`);
      }
    }
  }

  private literal(value: JsonValue): string {
    return typeof value === "object" && value !== null
      ? this.constant(frozenCopy(value))
      : JSON.stringify(value);
  }

  private reference(reference: Reference): string {
    const written = [reference.root, ...reference.path.map((each) => each.name)];
    const [root, ...keys] = this.rewrite(reference) ?? written;
    if (typeof root !== "string" || root === "nowMs") return "null";
    return this.chain("s", [root, ...keys]);
  }

  private member(tree: Tree & { kind: "member" }): string {
    const keys: (string | number)[] = [];
    let object: Tree = tree;
    while (object.kind === "member" && typeof object.key !== "object") {
      keys.unshift(object.key);
      object = object.object;
    }
    if (keys.length > 0) {
      this.usesTemporary = true;
      return this.chain("t", keys, `(t=${this.value(object)})!==null&&`);
    }
    return this.metered(`readMember(${this.value(tree.object)},${this.value(tree.key as Tree)})`);
  }

  /** Reads keys one after another, own properties only, as null from the first that is missing. */
  private chain(from: string, keys: readonly (string | number)[], before = ""): string {
    const conditions: string[] = [];
    let object = from;
    for (const [index, key] of keys.entries()) {
      if (index > 0) {
        conditions.push(`(t=${object}[${JSON.stringify(keys[index - 1])}])!=null`);
        object = "t";
        this.usesTemporary = true;
      }
      conditions.push(ownCode(object, key));
    }
    const last = JSON.stringify(keys[keys.length - 1]);
    return `(${before}${conditions.join("&&")}?${object}[${last}]??null:null)`;
  }

  private unary(operator: string, operand: string): string {
    if (operator === "!") return `(!${operand})`;
    return this.metered(`${operator === "-" ? "negate" : "positive"}(${operand})`);
  }

  private binary(operator: string, left: Tree, right: Tree): string {
    const a = this.value(left);
    const b = this.value(right);
    switch (operator) {
      case "===":
      case "!==": {
        if (isQuickToCompare(left) || isQuickToCompare(right)) return `(${a}${operator}${b})`;
        return this.metered(`${operator === "!==" ? "!" : ""}isSame(${a},${b})`);
      }
      case "<":
        return this.metered(`isBelow(${a},${b})`);
      case "<=":
        return this.metered(`isAtMost(${a},${b})`);
      case ">":
        return this.metered(`isBelow(${b},${a})`);
      case ">=":
        return this.metered(`isAtMost(${b},${a})`);
      case "+":
        return this.metered(`add(${a},${b})`);
      default:
        return this.metered(`arithmetic[${JSON.stringify(operator)}](${a},${b})`);
    }
  }

  private list(tree: ListTree, write: (item: Tree) => string): string {
    return `[${tree.items.map((each) => (each.kind === "spread" ? this.spread(each.value) : write(each))).join()}]`;
  }

  private spread(value: Tree): string {
    return this.metered(`...spreadItems(${this.value(value)})`);
  }

  private object(tree: ObjectTree, write: (value: Tree) => string): string {
    const entries = tree.entries.map((each) => {
      if (each.kind === "spread") return this.metered(`...spreadEntries(${this.value(each.value)})`);
      const key =
        typeof each.key === "string" ? keyCode(each.key) : this.metered(`[keyOf(${this.value(each.key)})]`);
      return `${key}:${write(each.value)}`;
    });
    return `{${entries.join()}}`;
  }

  private given(given: readonly Argument[], maxArguments: number): string {
    const codes = given.map((each) => {
      if (each.kind === "arrow") return this.arrow(each);
      return each.kind === "spread" ? this.spread(each.value) : this.value(each);
    });
    return maxArguments === Infinity ? `[${codes.join()}]` : codes.join();
  }

  private arrow({ parameters, body, cost }: ArrowTree): string {
    const names = parameters.map((id) => `p${id}`).join();
    const count = `if((work.left-=${cost})<0)stopWork();`;
    return `(${names})=>{${this.body(() => this.value(body), count)}}`;
  }

  private constant(value: unknown): string {
    return `k${this.constants.push(value) - 1}`;
  }

  private metered(code: string): string {
    this.isMetered = true;
    return code;
  }
}

/** Prototypes that a value can have. A name that none of them has can be read without asking whether it is own. */
const prototypes = [Object, Array, String, Number, Boolean].map((each) => each.prototype as object);

function isInherited(key: string | number): boolean {
  return prototypes.some((each) => key in each);
}

/**
 * The condition that a key is an own property. `plain` is an empty object: as long as it reads as undefined there,
 * nobody has changed the prototype of objects, and what is read is own or undefined. That is five times as fast.
 */
function ownCode(object: string, key: string | number): string {
  const name = JSON.stringify(key);
  const own = `hasOwn.call(${object},${name})`;
  return isInherited(key) ? own : `(plain[${name}]===undefined||${own})`;
}

/** A key of an object literal; a plain `"__proto__":` would set the prototype. */
function keyCode(key: string): string {
  return key === "__proto__" ? '["__proto__"]' : JSON.stringify(key);
}

function isQuickToCompare(tree: Tree): boolean {
  return tree.kind === "literal" && !(typeof tree.value === "string" && tree.value.length > 64);
}

function isConstant(tree: Argument): boolean {
  return tree.kind === "literal" || (tree.kind === "list" && tree.items.every(isConstant));
}

function constantOf(tree: Argument): JsonValue {
  return tree.kind === "list" ? tree.items.map(constantOf) : tree.kind === "literal" ? tree.value : null;
}
