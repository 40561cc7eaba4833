import { object, withDefault } from "../schema/composites.js";
import { boolean, duration, enumeration } from "../schema/scalars.js";
import { mapped } from "../schema/schema.js";
import type { EndpointIdempotency } from "./model.js";

const day = 86_400_000;

/** `idempotency` of an endpoint. */
export const idempotency = mapped(
  object({
    for: withDefault(duration(), day, "How long a reply is kept for its key.", "1d"),
    required: withDefault(boolean(), false, "Whether a request without a key is refused."),
    store: withDefault(
      enumeration(["local"]),
      "local",
      "Where: `local` is `data/orchestrator.db`, a file of the service's own.",
    ),
  }),
  (written): EndpointIdempotency => ({ keepMs: written.for, isRequired: written.required }),
);
