import type { CallDescription } from "../../../contracts/source.js";
import { asOrchestratorError } from "../../../problems/orchestrator-error.js";
import { problem } from "../../../problems/problem.js";
import type { Backend } from "../backend.js";
import { declarationOf } from "../protocols/open-inference/declaration.js";
import type { MlCall } from "../steps/ml-call.js";

/** What the server of a model says of it. Rejects where the server cannot be asked at all. */
export async function modelDescription(
  { model, location }: MlCall,
  backend: Backend,
): Promise<CallDescription> {
  try {
    const signature = await backend.describe?.();
    const isTold = signature !== undefined && signature.inputs.length + signature.outputs.length > 0;
    return { problems: [], shape: isTold ? declarationOf(signature) : undefined };
  } catch (error) {
    const found = asOrchestratorError(error);
    if (found.code.startsWith("SOURCE_")) throw found;
    const { message: reason, hint } = found.problem;
    const facts = { name: model.name, reason };
    return { problems: [problem("MODEL_NOT_DESCRIBED", facts, { hint, location })], shape: undefined };
  }
}
