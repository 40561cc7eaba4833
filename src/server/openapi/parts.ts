import type { JsonObject } from "../../expression/value.js";

/** The JSON Schema of an error reply. */
export const problemSchema: JsonObject = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string", description: "A URN that names the kind of problem." },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string", description: "The path of the request." },
    code: { type: "string", description: "A stable word for programs." },
    execution_id: { type: "string", description: "What the service's log calls this run." },
    errors: {
      type: "array",
      description: "Every value of the request that cannot be used.",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: {
            type: "string",
            description: "A JSON Pointer that begins with path, query, headers or body.",
          },
          detail: { type: "string" },
        },
      },
    },
  },
};

/** The headers that every reply of an endpoint has, by component name. */
export const replyHeaders: JsonObject = {
  ExecutionId: { description: "What the service's log calls this run.", schema: { type: "string" } },
  OrchestratorComplete: {
    description: "`false` when a fallback stands for a part of the answer, or there is none.",
    schema: { enum: ["true", "false"] },
  },
};
