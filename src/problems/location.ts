/** A place in a text file. `line` and `column` count from 1; `length` is the width of the marked text. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}

/** Orders places by file, line and column, so that two runs print problems in the same order. */
export function compareLocations(a: Location | undefined, b: Location | undefined): number {
  if (a === undefined || b === undefined) return Number(b !== undefined) - Number(a !== undefined);
  return (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column;
}
