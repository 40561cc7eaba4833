import type { SourceLog } from "../../contracts/source.js";
import { openService } from "../../service.js";
import type { CallOptions } from "../define-commands.js";
import { formatDuration } from "../format-duration.js";
import { secretMask } from "../mask-secrets.js";
import { findPlan, openProject } from "../open-project.js";
import { printFailure } from "../print-failure.js";
import { readCallRequest } from "../read-call-request.js";
import { runEndpoint, type Outcome } from "../run-endpoint.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { StepTimeline, type StepTiming } from "../step-timeline.js";
import { drawWaterfall } from "../waterfall.js";

/** Runs one endpoint without a server: the body on stdout, how it went on stderr. Fails where the reply would. */
export async function call(id: string, options: CallOptions, shell: Shell): Promise<ExitCode> {
  const { loaded, plans, host, environment } = openProject(options, shell);
  const { endpoint } = findPlan(id, plans);
  const raw = readCallRequest(endpoint, options.param, options.body, shell.workingFolder);
  const quiet = masked(shell, environment);
  const service = await openService(loaded, { host, log: sourceLog(quiet) });
  try {
    const runnable = service.endpoints.find((each) => each.plan.endpoint.id === id)!;
    const timeline = new StepTimeline();
    const outcome = await runEndpoint(runnable, raw, timeline.listen);
    print(outcome, timeline, options, quiet);
    const isFine = outcome.result !== undefined && outcome.result.status < 400;
    return isFine ? exitCodes.fine : exitCodes.failed;
  } finally {
    await service.close();
  }
}

/** What no caller is told, such as why a query failed, is for the person at the terminal. */
function sourceLog(shell: Shell): SourceLog {
  return (level, message) => {
    if (level === "warn" || level === "error") shell.remark(`${level} ${message}`);
  };
}

function masked(shell: Shell, environment: Readonly<Record<string, string | undefined>>): Shell {
  const mask = secretMask(environment);
  return {
    ...shell,
    result: (text) => shell.result(mask(text)),
    remark: (text) => shell.remark(mask(text)),
  };
}

function print(outcome: Outcome, timeline: StepTimeline, options: CallOptions, shell: Shell): void {
  if (options.json === true) return shell.result(asJson(describe(outcome, timeline, options.trace === true)));
  if (outcome.result !== undefined) shell.result(asJson(outcome.result.body));
  else printFailure(outcome.error, shell);
  shell.remark(summary(outcome, timeline));
  const lines = drawWaterfall(timeline.rows(), timeline.durationMs, shell.width, shell.remarkColours);
  timeline.rows().forEach((row, index) => {
    shell.remark(lines[index]!);
    if (options.trace === true) for (const line of trace(row)) shell.remark(shell.remarkColours.dim(line));
  });
}

function summary({ result, error }: Outcome, timeline: StepTimeline): string {
  const took = `in ${formatDuration(timeline.durationMs)}`;
  if (result === undefined) return `Failed with ${error.code} ${took}.`;
  return `Status ${result.status} ${took}${result.isComplete ? "" : ", incomplete: a fallback was used"}.`;
}

function trace(row: StepTiming): readonly string[] {
  return [
    ...row.parameters.map((parameters) => `  parameters ${JSON.stringify(parameters)}`),
    ...(row.value === undefined ? [] : [`  value      ${JSON.stringify(row.value)}`]),
    ...(row.error === undefined ? [] : [`  error      ${row.error.message}`]),
  ];
}

function describe({ result, error }: Outcome, timeline: StepTimeline, withValues: boolean) {
  return {
    ...(result !== undefined && {
      status: result.status,
      complete: result.isComplete,
      headers: Object.fromEntries(result.headers),
      body: result.body,
    }),
    ...(error !== undefined && { problem: error.problem }),
    duration_ms: timeline.durationMs,
    steps: timeline.rows().map((row) => ({
      step: row.step,
      status: row.status,
      start_ms: row.startMs,
      end_ms: row.endMs,
      calls: row.attempts,
      ...(row.error !== undefined && { error: row.error.code }),
      ...(withValues && { parameters: row.parameters, value: row.value }),
    })),
  };
}
