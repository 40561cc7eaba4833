import type { Access } from "../../contracts/access.js";
import type { Location } from "../../problems/location.js";
import type { Located } from "../../schema/scalars.js";
import type { MappingTree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import type { StepFile } from "../domain-file.js";
import type { StepCall, Traffic } from "../model.js";
import { trafficFile, type TrafficFile } from "../traffic-keys.js";
import { callDifference } from "./call-difference.js";
import type { ProjectContext } from "./check-context.js";

/** What an arm or a shadow says of the call it makes, and where. */
export interface ArmNames {
  readonly sourceId: Located<string> | undefined;
  readonly operation: Located<string> | undefined;
  readonly location: Location;
}

interface NamedFile {
  readonly operation: Located<string> | undefined;
  readonly source_id: Located<string> | undefined;
}

/** A call that `traffic` names, and where it stands. */
interface Named<File, Call> {
  readonly file: File;
  readonly call: Call;
  readonly location: Location;
}

/** What a step with `traffic` says of its calls; `first` is the one of its first arm. */
export interface CheckedTraffic<Call extends StepCall> extends Traffic {
  readonly first: Call;
}

/** The operations among which a step shares its calls, looked up. Reports what is wrong, and answers nothing then. */
export function checkTraffic<Call extends StepCall>(
  file: StepFile,
  tree: MappingTree,
  resolve: (names: ArmNames) => Call | undefined,
  context: ProjectContext,
): CheckedTraffic<Call> | undefined {
  const { traffic } = file;
  const place = tree.entries.get("traffic")?.value;
  if (traffic === undefined || place?.kind !== "mapping") return undefined;
  const named = <File extends NamedFile>({ value, tree: written }: Written<File>) => {
    if (value === undefined) return [];
    const location = value.operation?.location ?? value.source_id?.location ?? written.location;
    const sourceId = value.source_id ?? file.source_id;
    const call = resolve({ sourceId, operation: value.operation, location });
    return call === undefined ? [] : [{ file: value, call, location }];
  };
  refuseWeights(file, tree, place, context);
  const own = { value: { ...file, weight: 1 }, tree, isBroken: false };
  const written = place.entries.has("arms") || trafficFile.isWritten(place, "arms") ? traffic.arms : [own];
  const arms = written.flatMap((each) => named(each));
  const shadows = traffic.shadow.flatMap((each) => named(each));
  const all: readonly Named<NamedFile, Call>[] = [...arms, ...shadows];
  refuseRepeats(all, context);
  const [first] = arms;
  if (first === undefined || arms.length < written.length) return undefined;
  refuseDifferences(first.call, all, file, context);
  const effect = file.effect ?? first.call.call.effect;
  if (effect === "write" && shadows.length > 0) {
    context.report.add("TRAFFIC_SHADOW_WRITES", {}, shadows[0]!.location);
  }
  return {
    first: first.call,
    stickyBy: traffic.sticky_by,
    named: namedArms(traffic, place, context),
    arms: arms.map(({ file: { weight }, call }) => ({ ...call, name: nameOf(call, all), weight })),
    shadows: shadows.map(({ file: { percent, timeout, compare }, call }) => {
      return { ...call, name: nameOf(call, all), percent, timeoutMs: timeout, compare };
    }),
  };
}

/** The operation, with its source where another has the same name. */
function nameOf({ source, operationName }: StepCall, all: readonly { readonly call: StepCall }[]): string {
  const namesakes = all.filter(({ call }) => call.operationName === operationName);
  return namesakes.length > 1 ? `${source.name}/${operationName}` : operationName;
}

function refuseWeights(
  { traffic }: StepFile,
  tree: MappingTree,
  place: MappingTree,
  { report }: ProjectContext,
): void {
  const arms = place.entries.get("arms");
  if (arms === undefined) {
    const isAny = trafficFile.isWritten(place, "arms") || trafficFile.isWritten(place, "shadow");
    if (!isAny) report.add("CONFIG_KEY_MISSING", { key: "arms" }, place.location);
    return;
  }
  const own = tree.entries.get("operation");
  if (own !== undefined) {
    const reason = "the arms of `traffic` name the operations";
    report.add("STEP_KEY_MISPLACED", { key: "operation", reason }, own.keyLocation);
  }
  if (arms.value.kind === "list" && traffic!.arms.every(({ value }) => value?.weight === 0)) {
    const reason = "No arm has a weight above 0, so nothing could be called.";
    report.add("CONFIG_VALUE_INVALID", { reason }, arms.keyLocation);
  }
}

function refuseRepeats(all: readonly Named<NamedFile, StepCall>[], { report }: ProjectContext): void {
  const seen = new Set<string>();
  for (const { call, location } of all) {
    const name = `${call.source.id} ${call.operationName}`;
    if (seen.has(name)) report.add("TRAFFIC_CALL_REPEATED", { name: call.operationName }, location);
    seen.add(name);
  }
}

function refuseDifferences(
  first: StepCall,
  all: readonly Named<NamedFile, StepCall>[],
  { effect }: StepFile,
  { report }: ProjectContext,
): void {
  for (const { call, location } of all) {
    if (call.call === first.call) continue;
    const difference = callDifference(first.call, call.call, effect);
    if (difference === undefined) continue;
    const names = { operation: nameOf(call, all), first: nameOf(first, all), difference };
    report.add("TRAFFIC_CALLS_DIFFER", names, location);
  }
}

/** The header in which a caller may name the arm; each of its two keys needs the other. */
function namedArms(
  { header, roles }: TrafficFile,
  place: MappingTree,
  { report }: ProjectContext,
): Traffic["named"] {
  if (header !== undefined && roles !== undefined) {
    return { header: header.value.toLowerCase(), roles: roles.value };
  }
  const written = header ?? roles;
  const missing = header === undefined ? "header" : "roles";
  if (written !== undefined && !trafficFile.isWritten(place, missing)) {
    report.add("CONFIG_KEY_MISSING", { key: missing }, written.location);
  }
  return undefined;
}

/** Nobody has a role where nobody is asked who calls. */
export function refuseNamelessCallers(
  steps: readonly Written<StepFile>[],
  access: Access | undefined,
  { report }: ProjectContext,
): void {
  if (access !== undefined) return;
  for (const { value } of steps) {
    const header = value?.traffic?.header;
    if (header !== undefined) report.add("ACCESS_WITHOUT_AUTH", { key: "header" }, header.location);
  }
}
