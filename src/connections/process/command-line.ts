/**
 * Splits a command into its words as a shell would, without being one: quotes keep words together, a backslash keeps the
 * next character, and nothing is replaced. Answers `undefined` where a quote is left open.
 */
export function splitCommand(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === "'" || character === '"')) {
      quote = character;
      word ??= "";
    } else if (character === "\\" && quote !== "'" && index + 1 < text.length) {
      index += 1;
      word = (word ?? "") + text[index]!;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/** Puts the port where the words of a command have `{port}`. */
export function withPort(words: readonly string[], port: number): readonly string[] {
  return words.map((word) => word.replaceAll("{port}", String(port)));
}
