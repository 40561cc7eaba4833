import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { text } from "../../schema/scalars.js";
import { mapped, type Schema } from "../../schema/schema.js";

/** The path of a text file, relative to the project; its value is what the file says. */
export function textFromFile(words: string): Schema<string> {
  return mapped(text(words), (path, tree, context) => {
    try {
      return context.readText(path);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return context.report.addProblem({ ...error.problem, location: tree.location });
    }
  });
}
