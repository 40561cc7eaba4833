import { createInterface } from "node:readline/promises";
import { formatWithOptions } from "node:util";
import picocolors from "picocolors";

export type Colours = ReturnType<typeof picocolors.createColors>;

/** What a command is given of the terminal. Results are for the next program, remarks for the person in front. */
export interface Shell {
  /** Prints to stdout. */
  result(text: string): void;
  /** Prints to stderr. */
  remark(text: string): void;
  readonly resultColours: Colours;
  readonly remarkColours: Colours;
  /** Asks the person at the terminal, who says yes or no; missing where nobody can be asked. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Columns that a line may take. */
  readonly width: number;
  /** Relative paths begin here. */
  readonly workingFolder: string;
}

/** How a command ended, for `process.exitCode`. */
export const exitCodes = { fine: 0, failed: 1, wrongUsage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The shell of this process. Colours only on a terminal, and never under NO_COLOR. */
export function processShell(): Shell {
  return {
    result: (text) => void process.stdout.write(`${text}\n`),
    remark: (text) => void process.stderr.write(`${text}\n`),
    resultColours: coloursFor(process.stdout),
    remarkColours: coloursFor(process.stderr),
    confirm: process.stdin.isTTY && process.stderr.isTTY ? confirmOnTerminal : undefined,
    width: process.stderr.columns ?? process.stdout.columns ?? 100,
    workingFolder: process.cwd(),
  };
}

async function confirmOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function coloursFor(stream: NodeJS.WriteStream): Colours {
  const isAllowed = stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  return picocolors.createColors(isAllowed);
}

/** A value as JSON, indented for people and programs alike. */
export function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** A foreign error in full, its causes included. */
export function describeError(error: unknown): string {
  return formatWithOptions({ colors: false }, error);
}
