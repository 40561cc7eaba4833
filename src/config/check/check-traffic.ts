import type { Location } from "../../problems/location.js";
import type { Located } from "../../schema/scalars.js";
import type { MappingTree } from "../../schema/tree.js";
import type { StepFile } from "../domain-file.js";
import type { StepCall, Traffic } from "../model.js";
import { trafficFile, type ArmFile } from "../traffic-keys.js";
import type { ProjectContext } from "./check-context.js";
import type { CallNames } from "./resolve-call.js";
import { callDifference } from "./call-difference.js";

/** A call that `traffic` names, where it stands. */
interface Named<File> {
  readonly file: File;
  readonly call: StepCall;
}

/** The operations among which a step shares its calls, looked up. Reports what is wrong, and answers nothing then. */
export function checkTraffic(
  file: StepFile,
  tree: MappingTree,
  resolve: (names: CallNames) => StepCall | undefined,
  context: ProjectContext,
): Traffic | undefined {
  const { traffic } = file;
  const place = tree.entries.get("traffic")?.value;
  if (traffic === undefined || place?.kind !== "mapping") return undefined;
  const named = <File extends { operation: Located<string>; source_id: Located<string> | undefined }>(
    each: File,
  ): readonly Named<File>[] => {
    const call = resolve({ sourceId: each.source_id ?? file.source_id, operation: each.operation });
    return call === undefined ? [] : [{ file: each, call }];
  };
  const written = armsOf(file, tree, place, context);
  const arms = written.flatMap(named);
  const shadows = traffic.shadow.flatMap(named);
  refuseRepeats([...arms, ...shadows], context);
  const [first] = arms;
  if (first === undefined || arms.length < written.length) return undefined;
  const effect = file.effect ?? first.call.call.effect;
  for (const { file: each, call } of [...arms.slice(1), ...shadows]) {
    const difference = callDifference(first.call.call, call.call, file.effect);
    if (difference === undefined) continue;
    const names = { operation: call.operationName, first: first.call.operationName, difference };
    context.report.add("TRAFFIC_CALLS_DIFFER", names, each.operation.location);
  }
  if (effect === "write" && shadows.length > 0) {
    context.report.add("TRAFFIC_SHADOW_WRITES", {}, shadows[0]!.file.operation.location);
  }
  const isNamesake = (name: string) =>
    [...arms, ...shadows].filter(({ call }) => call.operationName === name).length > 1;
  const nameOf = ({ source, operationName }: StepCall) =>
    isNamesake(operationName) ? `${source.name}/${operationName}` : operationName;
  return {
    stickyBy: traffic.sticky_by,
    arms: arms.map(({ file: { weight }, call }) => ({ ...call, name: nameOf(call), weight })),
    shadows: shadows.map(({ file: { percent, timeout, compare }, call }) => {
      return { ...call, name: nameOf(call), percent, timeoutMs: timeout, compare };
    }),
  };
}

/** The arms as written, or the one that the step's own `operation` is. */
function armsOf(
  { operation, source_id, traffic }: StepFile,
  tree: MappingTree,
  place: MappingTree,
  { report }: ProjectContext,
): readonly ArmFile[] {
  const arms = place.entries.get("arms");
  if (arms === undefined) {
    if (trafficFile.isWritten(place, "arms")) return [];
    if (!trafficFile.isWritten(place, "shadow")) {
      report.add("CONFIG_KEY_MISSING", { key: "arms" }, place.location);
    }
    return operation === undefined ? [] : [{ operation, source_id, weight: 1 }];
  }
  const own = tree.entries.get("operation");
  if (own !== undefined) {
    const reason = "the arms of `traffic` name the operations";
    report.add("STEP_KEY_MISPLACED", { key: "operation", reason }, own.keyLocation);
  }
  const { value: list } = arms;
  const isWhole = list.kind === "list" && list.items.length === traffic!.arms.length;
  if (isWhole && traffic!.arms.every(({ weight }) => weight === 0)) {
    const reason = "No arm has a weight above 0, so nothing could be called.";
    report.add("CONFIG_VALUE_INVALID", { reason }, arms.keyLocation);
  }
  return isWhole ? traffic!.arms : [];
}

function refuseRepeats(
  named: readonly Named<{ readonly operation: Located<string> }>[],
  context: ProjectContext,
): void {
  const seen = new Map<string, Location>();
  for (const { file, call } of named) {
    const name = `${call.source.name}/${call.operationName}`;
    if (seen.has(name)) {
      context.report.add("TRAFFIC_CALL_REPEATED", { name: call.operationName }, file.operation.location);
    }
    seen.set(name, file.operation.location);
  }
}
