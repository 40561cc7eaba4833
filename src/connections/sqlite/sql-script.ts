/** One statement of a script and the line on which it begins. */
export interface ScriptStatement {
  readonly text: string;
  readonly line: number;
}

/** Splits a script at its semicolons; those in texts, names, comments and bodies of triggers do not count. */
export function splitScript(script: string): readonly ScriptStatement[] {
  const statements: ScriptStatement[] = [];
  let start = 0;
  let words = 0;
  let isTrigger = false;
  let depth = 0;
  let firstAt = -1;
  for (const match of script.matchAll(token)) {
    const found = match[0];
    if (found.startsWith("--") || found.startsWith("/*")) continue;
    if (found !== ";" || depth > 0) {
      if (firstAt < 0) firstAt = match.index;
      words++;
      if (words <= 3 && /^trigger$/i.test(found)) isTrigger = true;
      if (isTrigger && /^(begin|case)$/i.test(found)) depth++;
      if (isTrigger && /^end$/i.test(found)) depth--;
      continue;
    }
    if (firstAt >= 0) statements.push(statementAt(script, firstAt, match.index));
    start = match.index + 1;
    [words, isTrigger, depth, firstAt] = [0, false, 0, -1];
  }
  if (firstAt >= start) statements.push(statementAt(script, firstAt, script.length));
  return statements;
}

const token =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|[\p{L}_][\p{L}\p{N}_$]*|[^\s]/gu;

function statementAt(script: string, start: number, end: number): ScriptStatement {
  return { text: script.slice(start, end), line: script.slice(0, start).split("\n").length };
}
