import { prepareOperation } from "../config/check/prepare-operation.js";
import type { ConfiguredSource, ServiceConfig } from "../config/model.js";
import type { OtherSource, Source } from "../contracts/source.js";
import { failure } from "../problems/orchestrator-error.js";

/** The source of a kind and name that another one sees: that of its domain, else the global one. */
export function visibleSource(
  user: ConfiguredSource,
  kind: string,
  name: string,
  { sources }: ServiceConfig,
): ConfiguredSource | undefined {
  const named = sources.filter((each) => each.kind === kind && each.name === name);
  return (
    named.find(({ domain }) => domain === user.domain) ?? named.find(({ domain }) => domain === undefined)
  );
}

/** A source as another one uses it. `opened` gives it once all are open. Throws SOURCE_UNKNOWN. */
export function otherSource(
  user: ConfiguredSource,
  kind: string,
  name: string,
  config: ServiceConfig,
  opened: (id: string) => Source,
): OtherSource {
  const other = visibleSource(user, kind, name, config);
  if (other === undefined) throw failure("SOURCE_UNKNOWN", { kind, name, known: [] });
  return {
    prepare: (operation) => prepareOperation(other, operation),
    start: (call, parameters, context, receiver) =>
      opened(other.id).start(call, parameters, context, receiver),
  };
}
