/** What a GraphQL document asks for, as far as that must be known before it is sent. */
export interface GraphqlDocument {
  readonly kind: "query" | "mutation";
  readonly operationName: string | undefined;
  /** Its variables; a required one has neither a default nor a type that takes null. */
  readonly variables: ReadonlyMap<string, { readonly isRequired: boolean }>;
}

export type ReadDocument =
  | { readonly document: GraphqlDocument; readonly fault?: undefined }
  | { readonly document?: undefined; readonly fault: string };

const token =
  /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|[_A-Za-z]\w*|-?\d[\d.eE+-]*|[\s,\ufeff]+|[!$&()=:@[\]{|}]/y;
const closers: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/**
 * Reads a document with one operation and any fragments. Brackets must balance; what stands between the braces is for
 * the other side to judge. Subscriptions are refused.
 */
export function readGraphql(source: string): ReadDocument {
  const tokens = tokensOf(source);
  if (tokens === undefined) return { fault: "The document has a character that GraphQL does not know." };
  const definitions = definitionsOf(tokens);
  if (definitions === undefined) return { fault: "A bracket of the document has no partner." };
  const operations = definitions.filter(([first]) => first !== "fragment");
  const [operation, second] = operations;
  if (operation === undefined) return { fault: "The document has no operation." };
  if (second !== undefined)
    return { fault: "The document has several operations; write each in one of its own." };
  const kind = operation[0] === "{" ? "query" : operation[0];
  if (kind === "subscription") return { fault: "A subscription has no one answer, so it cannot be called." };
  if (kind !== "query" && kind !== "mutation") {
    return { fault: `"${kind}" begins no operation: it is one of \`query\`, \`mutation\` and \`{\`.` };
  }
  const isNamed = operation[0] !== "{" && /^[_A-Za-z]/.test(operation[1] ?? "");
  return {
    document: { kind, operationName: isNamed ? operation[1] : undefined, variables: variablesOf(operation) },
  };
}

/** Without blanks, commas and comments. */
function tokensOf(source: string): readonly string[] | undefined {
  const tokens: string[] = [];
  let at = 0;
  while (at < source.length) {
    token.lastIndex = at;
    const found = token.exec(source)?.[0];
    if (found === undefined) return undefined;
    if (!/^[\s,#\ufeff]/.test(found)) tokens.push(found);
    at += found.length;
  }
  return tokens;
}

/** The definitions of a document, each with its tokens; a definition ends with the brace that closes its outermost one. */
function definitionsOf(tokens: readonly string[]): readonly (readonly string[])[] | undefined {
  const definitions: string[][] = [];
  const open: string[] = [];
  let current: string[] = [];
  for (const each of tokens) {
    current.push(each);
    const closer = closers[each];
    if (closer !== undefined) open.push(closer);
    else if ("})]".includes(each) && open.pop() !== each) return undefined;
    if (each !== "}" || open.length > 0) continue;
    definitions.push(current);
    current = [];
  }
  return open.length > 0 || current.length > 0 ? undefined : definitions;
}

/** `($a: Int!, $b: [ID!] = [])` of an operation. */
function variablesOf(tokens: readonly string[]): GraphqlDocument["variables"] {
  const variables = new Map<string, { readonly isRequired: boolean }>();
  const start = tokens.indexOf("(");
  const body = tokens.indexOf("{");
  if (start < 0 || start > body) return variables;
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    if (tokens[index] === "(") depth += 1;
    if (tokens[index] === ")" && --depth === 0) break;
    if (tokens[index] !== "$" || depth !== 1 || tokens[index + 2] !== ":") continue;
    const name = tokens[index + 1]!;
    const end = typeEnd(tokens, index + 3);
    variables.set(name, { isRequired: tokens[end] === "!" && tokens[end + 1] !== "=" });
  }
  return variables;
}

/** The index of the last token of a type: its `!`, its `]` or its name. */
function typeEnd(tokens: readonly string[], start: number): number {
  let index = start;
  let depth = 0;
  for (; index < tokens.length; index++) {
    if (tokens[index] === "[") depth += 1;
    if (tokens[index] === "]") depth -= 1;
    if (depth === 0 && tokens[index] !== "[") break;
  }
  return tokens[index + 1] === "!" ? index + 1 : index;
}
