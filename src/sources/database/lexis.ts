/** How a dialect writes texts, names and comments: data for the tokenizer, so that a dialect is a table. */
export interface Lexis {
  readonly quotes: readonly Quote[];
  /** `$tag$ … $tag$`. */
  readonly hasDollarQuotes: boolean;
  /** What begins a comment that ends with the line; sticky. */
  readonly lineComment: RegExp;
  readonly blockCommentsNest: boolean;
  /** The beginning of comments whose content the database runs, such as `/*!50000`; sticky. */
  readonly executedComment: RegExp | undefined;
  /** In `a[1:n]`, a colon right behind a bound separates two of them. */
  readonly hasSlices: boolean;
  /** Parameters of the dialect's own, such as `?1`, which cannot be used beside `:name`; sticky. */
  readonly ownParameters: RegExp;
}

/** A part that begins with `open` and ends with `close`; a doubled `close` stands for itself where the quote says so. */
export interface Quote {
  /** In capitals where it has letters; small ones are the same. */
  readonly open: string;
  readonly close: string;
  readonly kind: "text" | "name";
  readonly doubles: boolean;
  /** A backslash takes the next character as it is. */
  readonly escapes?: boolean;
}

const text: Quote = { open: "'", close: "'", kind: "text", doubles: true };
const name: Quote = { open: '"', close: '"', kind: "name", doubles: true };
const backticks: Quote = { open: "`", close: "`", kind: "name", doubles: true };

export const sqliteLexis: Lexis = {
  quotes: [text, name, backticks, { open: "[", close: "]", kind: "name", doubles: false }],
  hasDollarQuotes: false,
  lineComment: /--/uy,
  blockCommentsNest: false,
  executedComment: undefined,
  hasSlices: false,
  ownParameters: /\?\d*|[@$][\p{L}\p{N}_$]+/uy,
};

export const postgresLexis: Lexis = {
  quotes: [text, { ...text, open: "E'", escapes: true }, name],
  hasDollarQuotes: true,
  lineComment: /--/uy,
  blockCommentsNest: true,
  executedComment: undefined,
  hasSlices: true,
  ownParameters: /\$\d+/uy,
};

export const mysqlLexis: Lexis = {
  quotes: [{ ...text, escapes: true }, { ...text, open: '"', close: '"', escapes: true }, backticks],
  hasDollarQuotes: false,
  lineComment: /#|--(?=[\s\u0000-\u001f]|$)/uy,
  blockCommentsNest: false,
  executedComment: /\/\*M?!\d*/uy,
  hasSlices: false,
  ownParameters: /\?/uy,
};

export const duckdbLexis: Lexis = {
  ...postgresLexis,
  ownParameters: /\?\d*|\$[\p{L}\p{N}_]+/uy,
};
