/** Where an init file went wrong, and why. */
export class InitError extends Error {
  override readonly name = "InitError";
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.file = file;
    this.line = line;
  }
}
