/**
 * Replaces variables as Feast does (Python's `os.path.expandvars`), before the YAML is parsed: `$NAME`, `${NAME}`;
 * what is not set stays as it is.
 */
export function expandVariables(text: string, env: (name: string) => string | undefined): string {
  return text.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (written, plain?: string, braced?: string) => {
    return env(plain ?? braced ?? "") ?? written;
  });
}

/** The variable that a value still refers to, because it is not set. */
export function unsetVariable(value: string): string | undefined {
  return /\$\{([^}]*)\}/.exec(value)?.[1] ?? /^\$(\w+)/.exec(value)?.[1];
}
