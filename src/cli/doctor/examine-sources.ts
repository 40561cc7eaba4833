import type { Host } from "../../contracts/host.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { openService, type LoadedProject, type SourceState } from "../../service.js";
import { finding, fine, type Diagnosis } from "./diagnosis.js";

/** Opens every source and asks whether it can be reached, as the service would at its start. */
export async function examineSources(loaded: LoadedProject, host: Host): Promise<readonly Diagnosis[]> {
  try {
    const reasons: string[] = [];
    const log = (_level: string, message: string) => void reasons.push(message);
    const service = await openService(loaded, { host, log });
    try {
      await service.sourcesStarted();
      return (await service.probeSources()).map((state) => describe(state, reasons));
    } finally {
      await service.close();
    }
  } catch (error) {
    const { message, hint } = asOrchestratorError(error).problem;
    return [
      finding("sources", `The sources cannot be opened: ${message}`, hint ?? "See what the message names."),
    ];
  }
}

function describe({ id, kind, problem }: SourceState, reasons: readonly string[]): Diagnosis {
  if (problem === undefined) return fine("sources", `${id} can be reached.`);
  const { reason: told } = problem.facts;
  const reason =
    typeof told === "string" ? told : (problem.hint ?? reasons.find((each) => each.includes(id)));
  const remedy = `Look at its settings (${kind}), its credentials, and whether it runs and this machine may connect.`;
  return finding("sources", `${id} cannot be used: ${problem.message}`, reason ?? remedy);
}
