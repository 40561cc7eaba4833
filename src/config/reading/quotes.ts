/** A text of a line that needs quotes: where it stands in the line, and how to write it. */
export interface QuotesNeeded {
  readonly start: number;
  readonly end: number;
  readonly quoted: string;
}

/** A text as it is written in YAML with quotes around it. */
export function quoted(text: string): string {
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

/** Nobody wrote a longer line by hand. */
const longestLine = 10_000;

/** Looks in a line that YAML could not read for a value that was meant as text. */
export function quotesNeededIn(line: string): QuotesNeeded | undefined {
  return line.length > longestLine ? undefined : (wholeValue(line) ?? insideBrackets(line));
}

const lineWithValue = /^(\s*(?:-\s+)*(?:(?:"[^"]*"|'[^']*'|[^\s#:'"{[-][^:]*):\s+)?)(\S.*?)\s*$/;

/** A value on a line of its own key: one that begins with a character YAML keeps for itself, or has `: ` in it. */
function wholeValue(line: string): QuotesNeeded | undefined {
  const [, before, value] = lineWithValue.exec(line) ?? [];
  if (before === undefined || value === undefined) return undefined;
  const beginsLikeText = /^(\{\{|\$\{|!|@|`|%|\*|[-?>]\s)/.test(value);
  const hasColon = /:\s+/.test(value) && /:\s+$/.test(before) && !/^["'{[|>&#]/.test(value);
  const goesOnBehindQuotes = /^("[^"]*"|'[^']*')\s*[^\s#,:\]}]/.test(value);
  if (!beginsLikeText && !hasColon && !goesOnBehindQuotes) return undefined;
  return { start: before.length, end: before.length + value.length, quoted: quoted(value) };
}

const variableInBrackets = /(?<=[[{,]\s*|:\s+)(?!\s)(?:(?!:\s)[^[\]{},"'#])*?\$\{[^}]*\}[^[\]{},"']*/;
const expressionInBrackets = /(?<=[[{,]\s*|:\s+)(?!\s)(?:(?!:\s)[^[\]{},"'#])*?\{\{.*?\}\}[^[\]{},"']*/;
const choiceInBrackets = /(?<=[[{,]\s*|:\s+)\$[A-Za-z][^[\]{},]*\?[^[\]{},]*:[^[\]{},]*/;

/** A value inside `{ }` or `[ ]` with a variable or an expression in it. */
function insideBrackets(line: string): QuotesNeeded | undefined {
  for (const pattern of [variableInBrackets, expressionInBrackets, choiceInBrackets]) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const text = match[0].trimEnd();
    return { start: match.index, end: match.index + text.length, quoted: quoted(text) };
  }
  return undefined;
}
