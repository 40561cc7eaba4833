import type { FastifyInstance } from "fastify";
import { failure } from "../../problems/orchestrator-error.js";
import type { AdminContext } from "./admin-context.js";

/** `/cache/purge`: drops the kept values that have one of the tags of the body; without tags, all. */
export function adminCacheRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  void scope.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    inner.post("/cache/purge", async (request) => {
      const tags = readTags(request.body as string | undefined);
      return { purged: await operations.purge(tags), tags: tags ?? null };
    });
  });
}

function readTags(body: string | undefined): readonly string[] | undefined {
  if (body === undefined || body === "") return undefined;
  const tags = (parse(body) as { readonly tags?: unknown } | null)?.tags;
  if (tags === undefined) return undefined;
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string")) return tags;
  throw failure("REQUEST_MALFORMED", { reason: '`tags` is a list of texts: {"tags": ["customers"]}' });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw failure("REQUEST_MALFORMED", { reason: "its body is not JSON" }, { cause: error });
  }
}
