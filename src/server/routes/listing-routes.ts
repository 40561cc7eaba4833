import type { FastifyInstance } from "fastify";
import type { Domain, Endpoint, ServiceConfig } from "../../config/model.js";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import { fullPath, prefixOf } from "./route-path.js";
import { defaultHooks } from "./request-hooks.js";
import type { Serving } from "../serving.js";

/** The paths of the listings, below the prefix. */
export function listingPaths(config: ServiceConfig): readonly [string, string] {
  const all = `${prefixOf(config.api)}/domains`;
  return [all, `${all}/{domain}`];
}

/** What there is: every domain, or one, with the endpoints that have a route. */
export function listingRoutes(scope: FastifyInstance, serving: Serving): void {
  const { config } = serving.service;
  const [all, one] = listingPaths(config);
  const listings = new Map(config.domains.map((domain) => [domain.id, listDomain(domain, config)]));
  const hooks = defaultHooks(serving);
  scope.get(all, { config: { path: all }, ...hooks }, () => ({ domains: [...listings.values()] }));
  scope.get<{ Params: { domain: string } }>(
    one.replace("{domain}", ":domain"),
    { config: { path: one }, ...hooks },
    ({ params, url }, reply) => {
      const listing = listings.get(params.domain);
      if (listing === undefined) throw failure("ROUTE_NOT_FOUND", { path: url });
      return reply.send(listing);
    },
  );
}

function listDomain({ id, description, endpoints }: Domain, config: ServiceConfig): JsonObject {
  return {
    id,
    description: description ?? null,
    endpoints: endpoints.flatMap((endpoint) => listEndpoint(endpoint, config)),
  };
}

/** Internal endpoints have no route and are not listed. */
function listEndpoint(endpoint: Endpoint, { api }: ServiceConfig): readonly JsonObject[] {
  const { name, route, description, isDeprecated } = endpoint;
  if (route === undefined) return [];
  const path = fullPath(api, route);
  return [{ name, method: route.method, path, description: description ?? null, deprecated: isDeprecated }];
}
