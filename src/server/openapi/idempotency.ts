import type { Endpoint } from "../../config/model.js";
import type { JsonObject } from "../../expression/value.js";

/** The header by which a request that is sent again is known. */
export function idempotencyParameters({ idempotency, request }: Endpoint): readonly JsonObject[] {
  if (idempotency === undefined || request.headers.has("idempotency-key")) return [];
  return [
    {
      name: "Idempotency-Key",
      in: "header",
      ...(idempotency.isRequired && { required: true }),
      description:
        "New for each request, and the same when it is sent again: then the first reply comes again.",
      schema: { type: "string", maxLength: 255 },
    },
  ];
}

/** The key is in use or its outcome unknown; it came with another request. */
export function idempotencyResponses({ idempotency }: Endpoint): JsonObject {
  if (idempotency === undefined) return {};
  const problem = { $ref: "#/components/responses/Problem" };
  return { "409": problem, "422": problem };
}
