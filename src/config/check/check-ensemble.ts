import type { MappingTree } from "../../schema/tree.js";
import type { StepFile } from "../domain-file.js";
import type { Ensemble, StepCall } from "../model.js";
import { callDifference } from "./call-difference.js";
import type { ProjectContext } from "./check-context.js";
import type { ArmNames } from "./check-traffic.js";

/** The models of an ensemble, looked up; `first` is the one of its first member. */
export interface CheckedEnsemble<Call extends StepCall> extends Ensemble {
  readonly first: Call;
}

/** Reports what is wrong with an ensemble, and answers nothing then. */
export function checkEnsemble<Call extends StepCall>(
  file: StepFile,
  tree: MappingTree,
  resolve: (names: ArmNames) => Call | undefined,
  { report }: ProjectContext,
): CheckedEnsemble<Call> | undefined {
  const { ensemble } = file;
  const place = tree.entries.get("ensemble")?.value;
  if (ensemble === undefined || place?.kind !== "mapping") return undefined;
  for (const key of ["operation", "traffic"]) {
    const entry = tree.entries.get(key);
    const reason = "the members of `ensemble` are what is asked";
    if (entry !== undefined) report.add("STEP_KEY_MISPLACED", { key, reason }, entry.keyLocation);
  }
  if (ensemble.members.length === 0) {
    const reason = "An ensemble without members would have no answer.";
    return report.add("CONFIG_VALUE_INVALID", { reason }, place.location);
  }
  const seen = new Set<string>();
  const members = ensemble.members.flatMap(({ value, tree: written }) => {
    if (value === undefined) return [];
    const location = value.operation?.location ?? value.source_id?.location ?? written.location;
    const call = resolve({
      sourceId: value.source_id ?? file.source_id,
      operation: value.operation,
      location,
    });
    if (call === undefined) return [];
    const name = `${call.source.name}/${call.operationName}`;
    if (seen.has(name)) report.add("TRAFFIC_CALL_REPEATED", { name: call.operationName }, location);
    seen.add(name);
    return [{ call, weight: value.weight, isRequired: value.required, location }];
  });
  const [first] = members;
  if (first === undefined || members.length < ensemble.members.length) return undefined;
  for (const { call, location } of members.slice(1)) {
    const difference = callDifference({ ...first.call.call, shape: undefined }, call.call, file.effect);
    const names = { operation: call.operationName, first: first.call.operationName };
    if (difference !== undefined) report.add("TRAFFIC_CALLS_DIFFER", { ...names, difference }, location);
  }
  const isNamesake = (name: string) => members.filter(({ call }) => call.operationName === name).length > 1;
  return {
    first: first.call,
    combine: ensemble.combine,
    members: members.map(({ call, weight, isRequired }) => {
      const { source, operationName } = call;
      const name = isNamesake(operationName) ? `${source.name}/${operationName}` : operationName;
      return { ...call, name, weight, isRequired };
    }),
  };
}
