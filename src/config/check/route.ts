import type { Location } from "../../problems/location.js";
import type { Method, Route } from "../model.js";
import type { ProjectContext } from "./check-context.js";

/** The parameters of a path, in order; `undefined` after a report that it cannot be served. */
export function pathParameters(
  path: string,
  location: Location,
  context: ProjectContext,
): readonly string[] | undefined {
  const fault = faultOf(path);
  if (fault !== undefined) return context.report.add("ROUTE_PATH_INVALID", { reason: fault }, location);
  return [...path.matchAll(/\{([^}*]+)\*?\}/g)].map((match) => match[1]!);
}

const plainSegment = /^[A-Za-z0-9._~!$&'()+,;=:@-]+$/;
const parameterSegment = /^\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const restSegment = /^\{[A-Za-z_][A-Za-z0-9_]*\*\}$/;

function faultOf(path: string): string | undefined {
  if (!path.startsWith("/")) return "it does not begin with `/`";
  if (path === "/") return undefined;
  const segments = path.slice(1).split("/");
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..") return `\`${segment}\` cannot be a segment`;
    if (restSegment.test(segment) && index < segments.length - 1) return "`{rest*}` must stand at its end";
    const isParameter = parameterSegment.test(segment) || restSegment.test(segment);
    if (!isParameter && !plainSegment.test(segment)) {
      return segment.includes("{")
        ? `\`${segment}\` is not a whole parameter`
        : `\`${segment}\` has characters that need encoding`;
    }
    if (isParameter && names.has(segment)) return `${segment} stands in it twice`;
    names.add(segment);
  }
  return undefined;
}

/** Remembers the routes of a project: refuses a second one of the same shape, and those of the service itself. */
export class RouteTable {
  private readonly taken = new Map<string, string>();
  private readonly added: { readonly path: string; readonly location: Location }[] = [];
  private readonly reserved: ReadonlySet<string>;
  private readonly prefix: string;

  constructor(prefix: string, reserved: readonly string[]) {
    this.prefix = prefix === "/" ? "" : prefix;
    this.reserved = new Set(reserved);
  }

  /** Refuses the endpoints below the mount of a source. */
  refuseBelow(mount: string, context: ProjectContext): void {
    for (const { path, location } of this.added) {
      if (path.startsWith(`${this.prefix}${mount}/`))
        context.report.add("ROUTE_RESERVED", { path }, location);
    }
  }

  add({ method, path }: Route, endpointId: string, location: Location, context: ProjectContext): void {
    const whole = this.prefix + path;
    const shape = shapeOf(method, whole);
    this.added.push({ path: whole, location });
    const endpoint = this.taken.get(shape);
    const isOfSameDomain = endpoint === endpointId; // the domain itself is there twice, which is reported
    if (endpoint !== undefined && !isOfSameDomain)
      context.report.add("ROUTE_DUPLICATE", { method, path: whole, endpoint }, location);
    else this.taken.set(shape, endpointId);
    if (this.reserved.has(whole)) context.report.add("ROUTE_RESERVED", { path: whole }, location);
  }
}

function shapeOf(method: Method, path: string): string {
  return `${method} ${path.replaceAll(/\{[^}]*\*\}/g, "{*}").replaceAll(/\{[^}*]*\}/g, "{}")}`;
}
