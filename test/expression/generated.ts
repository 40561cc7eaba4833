import fc from "fast-check";

/** Pieces of text that are likely to meet in an attack, or in a mistake. */
export const tokens = [
  ..."$a $b $list $text .x .y ['x'] [0] . ?. ?.[ ( ) [ ] { } , : ; ? => ... + - * / % ** ! == === < > && || ??".split(
    " ",
  ),
  ..."x y 1 0 'a' \"b\" null true this new function class async await yield return typeof delete void in".split(
    " ",
  ),
  ..."constructor __proto__ prototype .constructor ['__proto__'] ['con'+'structor'] \\u0063onstructor".split(
    " ",
  ),
  ..."map filter reduce sort .map(x=>x) .filter(Boolean) .join( .repeat( .at( sum( Math.max( Object.keys( range(".split(
    " ",
  ),
  ..."Object.fromEntries( Object.entries( merge( pick( parse_json( ` ${ }} {{ // /* */ #! /a/ 1n = += ++ @ # \\".split(
    " ",
  ),
];

export const tokenSoup = fc
  .array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 24 })
  .chain((parts) => fc.constantFrom("", " ").map((separator) => parts.join(separator)));

const literal = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map((n) => (n < 0 ? `(${n})` : String(n))),
  fc.constantFrom(
    "0.5",
    "'a'",
    "'constructor'",
    "'__proto__'",
    "'toString'",
    "''",
    "'12'",
    "true",
    "false",
    "null",
  ),
);

const root = fc.constantFrom(
  "$a",
  "$a.x",
  "$list",
  "$list[0]",
  "$text",
  "$text.length",
  "$nothing",
  "$a['x'].y",
  "$key",
);

/** Grammar-true expressions: every one of them can be read. */
export const { expression: anyExpression } = fc.letrec<{ expression: string; callback: string }>((tie) => {
  const each = tie("expression");
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: "small", withCrossShrink: true },
      literal,
      root,
      fc.constantFrom("$a", "$list", "[1, 2, 3]", "{ x: 1 }").map((text) => `(${text})`),
      fc
        .tuple(
          each,
          fc.constantFrom("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "===", "!=="),
          each,
        )
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc
        .tuple(each, fc.constantFrom("&&", "||", "??"), each)
        .map(([a, operator, b]) => `((${a}) ${operator} (${b}))`),
      fc.tuple(each, each, each).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(fc.constantFrom("!", "-", "+"), each).map(([operator, a]) => `(${operator}${a})`),
      fc.tuple(each, each).map(([a, b]) => `(${a})[${b} ?? 0]`),
      fc
        .tuple(each, fc.constantFrom(".x", "?.length", ".map", "[0]"))
        .map(([a, member]) => `(${a})${member}`),
      fc.tuple(each, each).map(([a, b]) => `[${a}, ...[${b}]]`),
      fc.tuple(each, each, each).map(([a, b, c]) => `({ x: ${a}, [${b}]: 1, ...${c} })`),
      fc
        .tuple(
          each,
          fc.constantFrom("map", "filter", "find", "flatMap", "some", "findIndex", "every"),
          tie("callback"),
        )
        .map(([a, method, callback]) => `[${a}, 2].${method}(${callback})`),
      fc.tuple(each, each).map(([a, b]) => `[${a}, ${b}].reduce((t, n) => [t, n, t], ${a})`),
      fc
        .tuple(
          fc.constantFrom(
            "Object.keys",
            "Object.values",
            "Object.entries",
            "unique",
            "to_json",
            "String",
            "Number",
            "to_text",
            "Math.abs",
            "sum",
            "sha256",
            "parse_json",
            "Object.fromEntries",
          ),
          each,
        )
        .map(([name, a]) => `${name}(${a})`),
      fc
        .tuple(
          each,
          fc.constantFrom(
            "concat",
            "includes",
            "indexOf",
            "at",
            "repeat",
            "split",
            "padStart",
            "join",
            "toFixed",
            "slice",
          ),
          each,
        )
        .map(([a, method, b]) => `(${a}).${method}(${b})`),
      fc
        .tuple(
          fc.constantFrom("merge", "pick", "omit", "group_by", "index_by", "chunk", "Math.max"),
          each,
          each,
        )
        .map(([name, a, b]) => (name === "Math.max" ? `Math.max(${a}, ...[${b}])` : `${name}(${a}, ${b})`)),
    ),
    callback: fc
      .tuple(fc.constantFrom("x", "(x, i)", "({ x })", "([x])"), each)
      .map(([p, body]) => `${p} => [x, ${body}]`),
  };
});

const known = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((n) => `(${n})`),
  fc.constantFrom("$n", "$list[1]", "$list.length", "0.5"),
);

/** Expressions without nulls, over numbers, texts and lists, that JavaScript gives the same value for. */
export const { number: plainExpression } = fc.letrec<{
  number: string;
  text: string;
  truth: string;
  list: string;
}>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    known,
    fc
      .tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%"), tie("number"))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(tie("truth"), tie("number"), tie("number")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc
      .tuple(fc.constantFrom("floor", "ceil", "round", "abs", "sign", "trunc", "sqrt"), tie("number"))
      .map(([name, a]) => `Math.${name}(${a})`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `${a}.indexOf(${b})`),
    fc.tuple(tie("list")).map(([a]) => `${a}.length`),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `${a}.reduce((t, n, i) => t + n * i, ${b})`),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `${a}.findIndex(n => n > ${b})`),
    fc.tuple(tie("text")).map(([a]) => `${a}.length`),
  ),
  text: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom("'ab'", "'Hello, World'", "$text", "''", "'a-b'"),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie("text"), tie("number")).map(([a, b]) => `(${a} + (${b} > 1))`),
    fc
      .tuple(
        tie("text"),
        fc.constantFrom(
          "toUpperCase()",
          "trim()",
          "slice(1)",
          "slice(-2)",
          "substring(1, 3)",
          "padStart(6, '*')",
          "split('-').join('+')",
          "replaceAll('l', 'L')",
          "replace('a', 'b')",
          "repeat(2)",
          "charAt(1)",
        ),
      )
      .map(([a, call]) => `${a}.${call}`),
    fc.tuple(tie("list")).map(([a]) => `${a}.map(n => n > 0).join()`),
  ),
  truth: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom("true", "false"),
    fc
      .tuple(tie("number"), fc.constantFrom("<", "<=", ">", ">=", "===", "!=="), tie("number"))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie("text"), fc.constantFrom("<", ">=", "==="), tie("text"))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc.tuple(tie("truth"), fc.constantFrom("&&", "||"), tie("truth")).map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `${a}.includes(${b})`),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `${a}.some(n => n === ${b})`),
    fc.tuple(tie("truth")).map(([a]) => `!${a}`),
  ),
  list: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom("$list", "[3, 1, 2]"),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `[...${a}, ${b}]`),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `${a}.map((n, i) => n + i - ${b})`),
    fc.tuple(tie("list"), tie("number")).map(([a, b]) => `${a}.filter(n => n >= ${b})`),
    fc.tuple(tie("list")).map(([a]) => `${a}.toSorted((a, b) => a - b)`),
    fc.tuple(tie("list"), tie("list")).map(([a, b]) => `${a}.concat(${b}).slice(-4)`),
    fc.tuple(tie("list")).map(([a]) => `${a}.flatMap(n => [n, [n]]).flat()`),
    fc.tuple(tie("list")).map(([a]) => `Object.values({ ...${a} })`),
  ),
}));
