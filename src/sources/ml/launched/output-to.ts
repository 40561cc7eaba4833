import type { TellLine } from "../../../connections/kept/output-lines.js";
import type { SourceLog } from "../../../contracts/source.js";

/** What a server prints, as lines of our log. */
export function outputTo({ name, log }: { readonly name: string; readonly log: SourceLog }): TellLine {
  return (line, stream) => log("info", line, { source: name, stream });
}
