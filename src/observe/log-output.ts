import pino, { type DestinationStream } from "pino";
import { maskOf } from "./mask.js";
import { prettyLines } from "./pretty-lines.js";
import { RotatingFile, type Rotation } from "./rotating-file.js";

export interface LogOutputSettings {
  /** Without one: pretty on a terminal, else one JSON object a line; in the file always the latter. */
  readonly format?: "json" | "pretty" | undefined;
  /** Absolute. */
  readonly file?: string | undefined;
  readonly rotation?: Rotation | undefined;
  /** Values that no line may show. */
  readonly secrets?: Iterable<string> | undefined;
}

/**
 * Where log lines go: stdout, and a file where there is one. A line is written before `write` returns, so that none
 * is lost, however the process ends. Its settings can change while it is used.
 */
export class LogOutput implements DestinationStream {
  private readonly terminal: DestinationStream;
  private stdout: DestinationStream;
  private toFile: DestinationStream | undefined;
  private file: RotatingFile | undefined;
  private mask: (line: string) => string = (line) => line;

  /** `terminal` takes the place of stdout. */
  constructor(terminal?: DestinationStream) {
    this.terminal = terminal ?? pino.destination({ fd: 1, sync: true });
    this.stdout = this.terminal;
  }

  /** A file that did not change is opened again, for programs that move log files away. */
  async configure({ format, file, rotation, secrets = [] }: LogOutputSettings): Promise<void> {
    const isPretty = (format ?? (process.stdout.isTTY ? "pretty" : "json")) === "pretty";
    const stdout = isPretty ? await prettyLines(this.terminal, isColoured()) : this.terminal;
    const opened =
      file === undefined
        ? undefined
        : new RotatingFile({ path: file, rotation, onFailure: complainOf(file) });
    const toFile = opened && format === "pretty" ? await prettyLines(opened, false) : opened;
    this.file?.close();
    this.stdout = stdout;
    this.file = opened;
    this.toFile = toFile;
    this.mask = maskOf(secrets);
  }

  write(line: string): void {
    const masked = this.mask(line);
    this.stdout.write(masked);
    this.toFile?.write(masked);
  }
}

function isColoured(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

function complainOf(file: string): (error: Error) => void {
  return ({ message }) => {
    process.stderr.write(
      `The log file "${file}" cannot be written: ${message}. The service goes on without it.\n`,
    );
  };
}
