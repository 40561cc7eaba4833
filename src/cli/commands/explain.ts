import type { ExplainOptions } from "../define-commands.js";
import { explainAsMermaid } from "../explain-mermaid.js";
import { explainAsText } from "../explain-text.js";
import { explainPlan } from "../explanation.js";
import { formatPlace } from "../format-problem.js";
import { findPlan, openProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Prints the plan of one endpoint. Nothing is opened and nothing runs. */
export function explain(id: string, options: ExplainOptions, shell: Shell): ExitCode {
  const { config, plans } = openProject(options, shell);
  const plan = findPlan(id, plans);
  const explanation = explainPlan(plan, config.api.prefix);
  const place = formatPlace(plan.endpoint.location, shell.workingFolder, config.projectFolder);
  if (options.json === true) shell.result(asJson(explanation));
  else if (options.mermaid === true) shell.result(explainAsMermaid(explanation));
  else shell.result(explainAsText(explanation, place, shell.resultColours));
  return exitCodes.fine;
}
