import { nestingLimit } from "./reading.js";
import type { LibraryFunction } from "./library/entry.js";
import { libraryConstants, libraryFunctions, libraryMethods } from "./library/table.js";
import { sourceLimit } from "./parse.js";
import { textLimit, valueDepthLimit, workLimit } from "./work.js";

/** The reference page of the expression language, in Markdown; written from the tables that the parser reads. */
export function expressionReference(): string {
  const isMath = (each: { name: string }) => each.name.startsWith("Math.");
  const methodsOf = (kind: string) => libraryMethods.filter((each) => each.on === kind);
  return [
    introduction,
    "## Functions",
    functionTable(libraryFunctions.filter((each) => !isMath(each))),
    "## Methods of texts",
    functionTable(methodsOf("text")),
    "## Methods of lists",
    functionTable(methodsOf("list")),
    "## Methods of numbers",
    functionTable(methodsOf("number")),
    "## `Math`",
    functionTable(libraryFunctions.filter(isMath)),
    "## Constants",
    table(
      ["constant", "what it is"],
      libraryConstants.map((each) => [code(each.name), each.description]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

const introduction = `# Expressions: reference

<!-- Generated from src/expression; do not edit. -->

## Where an expression begins

| written | read as |
| --- | --- |
| \`$customer.name\` | A string that begins with \`$\` and a letter is an expression, all of it. Its value keeps its type. |
| \`"{{ sum($loans.map(l => l.balance)) }}"\` | Nothing but one \`{{ … }}\`: an expression that need not begin with \`$\`. |
| \`"Dear {{ $customer.name }}"\` | Text with values in it. Null is empty, lists and objects are JSON. |
| \`costs $$5\` | Any other string is itself; \`$$\` is a dollar sign, \`$\` before a letter an error. |

## Grammar

- literals: numbers, \`'text'\` or \`"text"\`, \`true\`, \`false\`, \`null\`
- roots and members: \`$name\`, \`.name\`, \`[key]\`, \`?.\`
- operators: \`? :\`, \`??\`, \`||\`, \`&&\`, \`!\`, \`===\`, \`!==\` (\`==\` and \`!=\` mean the same), \`<\`, \`<=\`, \`>\`, \`>=\`, \`+\`, \`-\`, \`*\`, \`/\`, \`%\`, \`**\`
- lists and objects: \`[a, ...b]\`, \`{ name: a, [key]: b, ...c }\`
- calls of the functions and methods below; an arrow function can be an argument where one is taken, its parameters can be taken apart: \`([name, { price }]) => price\`
- in place of an arrow function, the name of a function of one argument: \`.filter(Boolean)\`

There are no assignments, statements, \`new\`, template literals, regular expressions or other names, and no way to \`__proto__\`, \`constructor\` or \`prototype\`.

## Null

- A missing field and null are one. Reading a field of null, or calling a method on it, gives null.
- Only what a value itself has can be read: the fields of an object, the items and \`length\` of a list or text.
- \`<\`, \`<=\`, \`>\`, \`>=\` with null are false; arithmetic with null is null, \`+\` too. So it is with lists and objects.
- \`Math.*\`, \`Number\`, \`String\` and the functions and methods of texts give null for null. \`sum\`, \`avg\`, \`min\` and \`max\` leave null items out.
- A number that is not finite leaves an expression as null.

## Bounds

An expression has up to ${sourceLimit.toLocaleString("en")} characters and ${nestingLimit} levels of nesting. When it runs it may do ${workLimit.toLocaleString("en")} units of work (an item of a list, a call of an arrow function, 64 characters of text), make texts of up to ${textLimit.toLocaleString("en")} characters and values of up to ${valueDepthLimit} levels. Past that it fails with \`EXPRESSION_LIMIT\`.`;

function functionTable(functions: readonly LibraryFunction[]): string {
  return table(
    ["call", "what it gives", "example", "result"],
    functions.map((each) => [code(each.signature), each.description, code(each.example), code(each.result)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`).join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
