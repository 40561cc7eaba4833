/** A text whose variables are replaced. */
export interface ExpandedText {
  readonly text: string;
  /** Where something outside the replaced values stands in the text as it was written. */
  readonly writtenAt: (offset: number) => number;
}

/**
 * Replaces variables as Feast does (Python's `os.path.expandvars`), before the YAML is parsed: `$NAME`, `${NAME}`;
 * what is not set stays as it is.
 */
export function expandVariables(text: string, env: (name: string) => string | undefined): ExpandedText {
  const ends: { readonly at: number; readonly grown: number }[] = [];
  let grown = 0;
  const form = /\$(?:(\w+)|\{([^}]*)\})/g;
  const expanded = text.replace(form, (written, plain?: string, braced?: string, offset = 0) => {
    const value = env(plain ?? braced ?? "") ?? written;
    grown += value.length - written.length;
    ends.push({ at: offset + written.length + grown, grown });
    return value;
  });
  const writtenAt = (offset: number) => offset - (ends.findLast(({ at }) => at <= offset)?.grown ?? 0);
  return { text: expanded, writtenAt };
}

/** The variable that a value still refers to, because it is not set. */
export function unsetVariable(value: string): string | undefined {
  return /\$\{([^}]*)\}/.exec(value)?.[1] ?? /^\$(\w+)/.exec(value)?.[1];
}
