import { SelectionError, type Rules } from "./selection.js";

/** `view:feature`, `view@v2:feature`, `view@latest:feature`. */
export interface FeatureReference {
  readonly view: string;
  readonly version: number | undefined;
  readonly feature: string;
}

/** Python begins a version at the first `@`, and takes any case of it, and none. */
const suffixes: Readonly<Record<Rules, RegExp>> = {
  steps: /^(.*)@(v\d+|latest)$/s,
  python: /^([^@]*)@(v\d+|latest|)$/is,
};

/** Reads a reference. Steps may put the project before it: `project/view:feature`. Throws SelectionError. */
export function parseReference(
  written: string,
  position: number,
  project: string,
  rules: Rules,
): FeatureReference {
  const colon = written.indexOf(":");
  if (colon < 0) throw invalid(written, "it has no colon", position);
  const feature = written.slice(colon + 1);
  const [, name, suffix] = suffixes[rules].exec(written.slice(0, colon)) ?? [];
  const view = withoutProject(name ?? written.slice(0, colon), written, position, project, rules);
  const version = /^v\d/i.test(suffix ?? "") ? Number(suffix!.slice(1)) : undefined;
  return { view, version, feature };
}

function withoutProject(
  view: string,
  written: string,
  position: number,
  project: string,
  rules: Rules,
): string {
  const slash = view.indexOf("/");
  if (slash < 0 || rules === "python") return view;
  if (view.slice(0, slash) === project) return view.slice(slash + 1);
  throw invalid(written, `the project here is "${project}"`, position);
}

function invalid(reference: string, reason: string, position: number): SelectionError {
  return new SelectionError({ kind: "reference-invalid", reference, reason }, position);
}
