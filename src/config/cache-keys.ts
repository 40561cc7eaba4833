import { list, object, optional, required, withDefault } from "../schema/composites.js";
import { formula } from "../schema/formula.js";
import { boolean, duration, located, pattern, text } from "../schema/scalars.js";
import { mapped } from "../schema/schema.js";

/** How long values are kept. Times are milliseconds. */
export interface CachePolicy {
  readonly ttlMs: number;
  /** Of null. */
  readonly emptyTtlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly tags: readonly string[];
  /** Callers with different credentials share what is kept. */
  readonly isShared: boolean;
}

const commonKeys = {
  stale_while_revalidate: withDefault(
    duration(),
    0,
    "How long after that it is still given, while a new one is fetched.",
    "none",
  ),
  stale_if_error: withDefault(
    duration(),
    0,
    "How long after that it stands in for a source that cannot answer.",
    "none",
  ),
  tags: withDefault(list(text("a tag")), [], "Names by which it can be purged.", "none"),
};

/** `cache` of a source, an operation or a step. */
export const cache = mapped(
  object({
    ttl: required(duration(), "How long a value is as good as new."),
    empty_ttl: optional(duration(), "The same for null; `0s` does not keep it.", "`ttl`"),
    ...commonKeys,
    shared: withDefault(
      boolean(),
      false,
      "Whether callers share it although their credentials are forwarded to the source.",
    ),
  }),
  (written): CachePolicy => ({
    ttlMs: written.ttl,
    emptyTtlMs: written.empty_ttl ?? written.ttl,
    staleWhileRevalidateMs: written.stale_while_revalidate,
    staleIfErrorMs: written.stale_if_error,
    tags: written.tags,
    isShared: written.shared,
  }),
);

/** `$request.headers['x-tenant']`, `$auth.subject`: a place of what a caller sends or is. */
const callerPath = pattern(
  /^\$(?:request|auth|system)(?:\.[A-Za-z_][A-Za-z0-9_]*|\["[^"]+"\]|\['[^']+'\])*$/,
  "a path such as `$request.headers['x-tenant']` or `$auth.subject`",
);

/** `cache` of an endpoint: whole replies are kept. */
export const endpointCache = object({
  ttl: required(duration(), "How long a reply is as good as new."),
  ...commonKeys,
  key: optional(formula("cache_key"), "What equal requests have in common.", "all that the reply depends on"),
  key_ignores: withDefault(
    list(located(callerPath)),
    [],
    "Paths on which the reply depends and that do not count: callers who differ in them share replies.",
    "none",
  ),
});
