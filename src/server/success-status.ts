import type { Endpoint } from "../config/model.js";

/** The status of an answer that nothing went wrong with; `undefined` where each request decides it anew. */
export function successStatus({ response: { status } }: Endpoint): number | undefined {
  if (status === undefined) return 200;
  const { template } = status;
  if (template.kind === "literal") return typeof template.value === "number" ? template.value : undefined;
  if (status.references.length > 0) return undefined;
  try {
    const value = status.compile()({ nowMs: 0 });
    return Number.isInteger(value) ? (value as number) : undefined;
  } catch {
    return undefined;
  }
}
