/** What the subset leaves out, by syntax node, and what to write instead. */
export const forbiddenNodes: Readonly<Record<string, readonly [what: string, instead?: string]>> = {
  AssignmentExpression: ["assignment", "An expression only computes a value; compare with `===`."],
  UpdateExpression: ["`++` and `--`", "Write `x + 1` or `x - 1`."],
  NewExpression: ["`new`", "Dates are ISO text: see `now`, `date_add` and `format_date`."],
  ImportExpression: ["`import`"],
  MetaProperty: ["`import.meta` and `new.target`"],
  ThisExpression: ["`this`", "Name what you mean: a root such as `$request`, or a parameter."],
  Super: ["`super`"],
  FunctionExpression: ["`function`", "Write an arrow function, such as `x => x.id`."],
  ClassExpression: ["classes"],
  AwaitExpression: ["`await`", "The values of steps are there when an expression runs."],
  YieldExpression: ["`yield`"],
  TemplateLiteral: ["template literals", "Join with `+`, or write the value as text with `{{ … }}` in it."],
  TaggedTemplateExpression: ["template literals", "Join with `+`."],
  SequenceExpression: ["`,` between expressions", "Write one expression."],
  PrivateIdentifier: ["private names"],
  BlockStatement: ["statements", "Write what the arrow function gives right behind `=>`, without braces."],
  ArrowFunctionExpression: [
    "function as a value",
    "An arrow function can only be an argument of a call that takes one, such as `.map(x => x.id)`.",
  ],
  SpreadElement: ["`...` here", "Only functions that take any number of arguments take `...`."],
};

/** Operators that the subset leaves out. */
export const forbiddenOperators: Readonly<Record<string, string | undefined>> = {
  typeof: "Compare with null, or use `Number.isFinite(x)`.",
  void: "Write null.",
  delete: "Use `omit(object, names)`.",
  in: "Use `Object.keys(object).includes(name)`, or compare the field with null.",
  instanceof: undefined,
  "~": undefined,
  "&": "Write `&&` for a logical and.",
  "|": "Write `||` for a logical or, `??` for a default.",
  "^": "Write `**` for a power.",
  "<<": undefined,
  ">>": undefined,
  ">>>": undefined,
};

/** Names that people know from JavaScript and that do not exist here. */
export const forbiddenNames: ReadonlyMap<string, string> = new Map([
  ["undefined", "Missing and null are one: write null."],
  ["NaN", "A number that is not finite leaves an expression as null: write null."],
  ["Infinity", "A number that is not finite leaves an expression as null: write null."],
  ["JSON", "Use `to_json(value)` and `parse_json(text)`."],
  ["Date", "Dates are ISO text: see `now`, `date_add`, `date_diff` and `format_date`."],
  ["parseInt", "Write `Number.parseInt`."],
  ["parseFloat", "Write `Number.parseFloat`."],
  ["isNaN", "Write `Number.isNaN`."],
  ["Array", "Use `range(n)` to make a list."],
  ["Math.random", "Expressions give the same for the same values; `uuid()` makes names."],
]);

/** Members that lead to prototypes and functions; no field of these names can be read. */
export const forbiddenMembers: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
