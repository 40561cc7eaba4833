import type { Endpoint } from "../config/model.js";
import { callsOf } from "../config/step-calls.js";
import type { Formula } from "../schema/formula.js";
import { allFormulas } from "./compile-steps.js";

/** A place of what a caller sends or is, such as `request`, `headers`, `x-tenant`. */
export type CallerPath = readonly (string | number)[];

/** A part of the caller's request on which a reply depends. */
export interface CallerRead {
  /** As expressions write it: it begins with a root. */
  readonly path: CallerPath;
  /** It reaches a source as it came, without being declared. */
  readonly isForwarded: boolean;
}

const systemFacts = ["client_ip", "method", "path"];

/** All that a reply can depend on beside the configuration: what expressions read, and what is handed on to sources. */
export function callerReads(endpoint: Endpoint): readonly CallerRead[] {
  const read = pathsOf(allFormulas(endpoint), endpoint);
  const forwards = endpoint.steps.flatMap((step) => callsOf(step).map(({ call }) => call.forwards));
  const forwarded = forwards.flatMap((each) => [
    ...(each?.headers ?? []).map((name) => ["request", "headers", name]),
    ...(each?.query ?? []).map((name) => ["request", "query_params", name]),
  ]);
  const named = endpoint.steps.flatMap((step) => (step.kind === "call" ? (step.traffic?.named ?? []) : []));
  const sent = forwards.flatMap((each) => (each?.system ?? []).map((name) => ["system", name]));
  return [
    ...shortest([...read, ...sent, ...named.map(() => ["auth", "roles"])]).map((path) => ({
      path,
      isForwarded: false,
    })),
    ...shortest([...forwarded, ...named.map(({ header }) => ["request", "headers", header])]).map((path) => ({
      path,
      isForwarded: true,
    })),
  ];
}

/** The paths of the caller that formulas read, the short form `$request.x` written out. */
export function pathsOf(
  formulas: readonly (Formula | undefined)[],
  { requestAliases }: Endpoint,
): readonly CallerPath[] {
  return formulas.flatMap((formula) =>
    (formula?.references ?? []).flatMap(({ reference: { root, path } }) => {
      const names = path.map(({ name }) => name);
      if (root === "auth") return [[root, ...names]];
      if (root === "system") return systemFacts.includes(String(names[0])) ? [[root, names[0]!]] : [];
      return root === "request" ? [[root, ...writtenOut(names, requestAliases)]] : [];
    }),
  );
}

/** A path as `key_ignores` writes it. */
export function parsePath(text: string, { requestAliases }: Endpoint): CallerPath {
  const parts = [...text.matchAll(/\["([^"]+)"\]|\['([^']+)'\]|([A-Za-z_]\w*)/g)];
  const [root, ...names] = parts.map(([, double, single, plain]) => (double ?? single ?? plain)!);
  return root === "request" ? [root, ...writtenOut(names, requestAliases)] : [root!, ...names];
}

export function pathText([root, ...names]: CallerPath): string {
  const parts = names.map((name) =>
    /^[A-Za-z_]\w*$/.test(String(name)) ? `.${name}` : typeof name === "number" ? `[${name}]` : `['${name}']`,
  );
  return `$${root}${parts.join("")}`;
}

/** Whether one of the paths is this one, or a larger part in which it lies. */
export function covers(paths: readonly CallerPath[], path: CallerPath): boolean {
  return paths.some((each) => each.length <= path.length && each.every((name, at) => name === path[at]));
}

function writtenOut(names: CallerPath, aliases: Endpoint["requestAliases"]): CallerPath {
  const part = aliases.get(String(names[0]));
  return part === undefined ? names : [part, ...names];
}

/** Each place once, and none that lies in another. */
function shortest(paths: readonly CallerPath[]): readonly CallerPath[] {
  const unique = [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
  return unique.filter(
    (path) =>
      !covers(
        unique.filter((other) => other !== path),
        path,
      ),
  );
}
