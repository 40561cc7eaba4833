import type { Files } from "../../contracts/host.js";
import type { Location } from "../../problems/location.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Report } from "../../problems/report.js";
import type { MappingTree } from "../../schema/tree.js";
import { decodeText } from "./text-file.js";
import { readYaml } from "./yaml-tree.js";

export interface FileReaderOptions {
  readonly files: Files;
  readonly report: Report;
  /** The place of a whole file, given its absolute path. */
  readonly placeOf: (path: string) => Location;
}

/** Reads files and remembers which, and which of them could not be understood. */
export class FileReader {
  /** Absolute paths. */
  readonly read: string[] = [];
  /** Names as in places. */
  readonly broken: string[] = [];
  private readonly options: FileReaderOptions;

  constructor(options: FileReaderOptions) {
    this.options = options;
  }

  /** The tree of a file; `undefined` where there is none to be had, which is reported. */
  readTree(path: string): MappingTree | undefined {
    const { file } = this.options.placeOf(path);
    const text = this.readText(path);
    const tree = text === undefined ? undefined : readYaml(text, file, this.options.report);
    if (tree === undefined) this.broken.push(file);
    return tree;
  }

  private readText(path: string): string | undefined {
    const { files, report, placeOf } = this.options;
    const location = placeOf(path);
    this.read.push(path);
    const kind = files.kindOf(path);
    if (kind === undefined) return report.add("FILE_LINK_BROKEN", { path: location.file }, location);
    if (kind !== "file") return report.add("FILE_IS_FOLDER", { path: location.file }, location);
    try {
      const text = decodeText(files.read(path));
      return text ?? report.add("FILE_NOT_TEXT", { path: location.file }, location);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      const { message } = error.problem;
      report.addProblem({ ...error.problem, message: message.replace(path, location.file), location });
      return undefined;
    }
  }
}
