import type { RouteOptions } from "fastify";
import { failure } from "../../problems/orchestrator-error.js";
import { KnownRoutes } from "./known-routes.js";

/** Who adds routes at the moment. */
type Phase = "service" | "plugins" | "endpoints";

/** Writes down every route as it is added: to answer with `Allow`, and to say whose route a plug-in took. */
export class RouteLedger {
  readonly known = new KnownRoutes();
  private readonly ownRoutes = new Set<string>();
  private phase: Phase = "service";
  private latest: RouteOptions | undefined;

  enter(phase: Phase): void {
    this.phase = phase;
  }

  note(route: RouteOptions): void {
    this.latest = route;
    if (this.phase === "service") for (const key of keysOf(route)) this.ownRoutes.add(key);
    const path = route.config?.path ?? (/[:*]/.test(route.url) ? undefined : route.url);
    if (path !== undefined) this.known.add({ path, methods: methodsOf(route) });
  }

  /** The error as it is, or PLUGIN_ROUTE_TAKEN where a plug-in and the configuration or the service collide. */
  explain(error: unknown): unknown {
    const { latest: route, phase } = this;
    if ((error as { code?: unknown }).code !== "FST_ERR_DUPLICATED_ROUTE" || route === undefined)
      return error;
    const method = methodsOf(route).join(", ");
    const path = route.config?.path ?? route.url;
    if (phase === "endpoints") {
      const owner = `the endpoint "${route.config?.endpoint ?? ""}"`;
      return failure("PLUGIN_ROUTE_TAKEN", { method, path, owner }, { cause: error });
    }
    const isOwn = keysOf(route).some((key) => this.ownRoutes.has(key));
    if (!isOwn) return error;
    return failure("PLUGIN_ROUTE_TAKEN", { method, path, owner: "the service itself" }, { cause: error });
  }
}

function methodsOf({ method }: RouteOptions): readonly string[] {
  return typeof method === "string" ? [method] : method;
}

/** Names of parameters do not tell routes apart. */
function keysOf(route: RouteOptions): readonly string[] {
  const shape = route.url.replace(/:[A-Za-z0-9_]+/g, ":");
  return methodsOf(route).map((method) => `${method} ${shape}`);
}
