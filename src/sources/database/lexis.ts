/** How a dialect writes texts, names and comments: data for the tokenizer, so that a dialect is a table. */
export interface Lexis {
  readonly quotes: readonly Quote[];
  readonly lineComments: readonly string[];
  readonly blockCommentsNest: boolean;
  /** Parameters of the dialect's own, such as `?1`, which cannot be used beside `:name`. */
  readonly ownParameters: RegExp;
}

/** A part that begins with `open` and ends with `close`; a doubled `close` stands for itself where the quote says so. */
export interface Quote {
  readonly open: string;
  readonly close: string;
  readonly kind: "text" | "name";
  readonly doubles: boolean;
}

export const sqliteLexis: Lexis = {
  quotes: [
    { open: "'", close: "'", kind: "text", doubles: true },
    { open: '"', close: '"', kind: "name", doubles: true },
    { open: "`", close: "`", kind: "name", doubles: true },
    { open: "[", close: "]", kind: "name", doubles: false },
  ],
  lineComments: ["--"],
  blockCommentsNest: false,
  ownParameters: /\?\d*|[@$][\p{L}\p{N}_$]+/uy,
};
