/** What a catalogue entry says to a person: what happened and to what, then what to do next. */
export interface ProblemText {
  readonly message: string;
  readonly hint?: string | undefined;
}

export type Severity = "error" | "warning" | "note";

/** One kind of problem. `Params` are the facts its wording needs. */
export interface Entry<Params> {
  readonly severity: Severity;
  /** One sentence for the reference page: when this problem is reported. */
  readonly when: string;
  readonly text: (params: Params) => ProblemText;
}

/** An entry whose problems are errors. */
export function entry<Params = Record<never, never>>(
  when: string,
  text: (params: Params) => ProblemText,
): Entry<Params> {
  return { severity: "error", when, text };
}

/** An entry that never stops a project from starting. */
export function remark<Params = Record<never, never>>(
  severity: "warning" | "note",
  when: string,
  text: (params: Params) => ProblemText,
): Entry<Params> {
  return { severity, when, text };
}
