/**
 * The library: what an application of one's own may use. Everything else is internal and changes without notice.
 * @packageDocumentation
 */

export { createApp, type AppOptions } from "./server/app.js";
export { runServer, type RunOptions } from "./server/run-server.js";
export type { ReloadResult } from "./server/generations/reloader.js";
export type { App } from "./server/assemble-app.js";
export type { Plugin } from "./server/build-server.js";
export type { CallRequest, Scalar } from "./server/call-endpoint.js";
export type { RunningServer } from "./server/obey-signals.js";

export { initProject, type InitProjectOptions, type InitProjectReport } from "./cli/init-project.js";
export { runCommandLine } from "./cli/program.js";
export { loadEnv, type LoadEnvOptions } from "./host/load-env.js";

export { OrchestratorError } from "./problems/orchestrator-error.js";
export type { Location } from "./problems/location.js";
export type { Problem, Violation } from "./problems/problem.js";
export type { ProblemCode } from "./problems/catalogue.js";
export type { Severity } from "./problems/entry.js";

export {
  defineSource,
  type OwnCallContext,
  type OwnReply,
  type OwnSource,
  type SourceDefinition,
} from "./contracts/define-source.js";
export type { Clock, Host } from "./contracts/host.js";
export type {
  Definition,
  Effect,
  Opening,
  Parameter,
  Prepared,
  SourceLog,
  SourceReply,
  SourceType,
} from "./contracts/source.js";
export type { JsonObject, JsonValue } from "./expression/value.js";

/** Schemas, for the settings and operations of own sources. */
export {
  either,
  list,
  mapping,
  object,
  oneOrMany,
  optional,
  required,
  withDefault,
  type Key,
  type ObjectSchema,
} from "./schema/composites.js";
export { expression, formula, type Formula } from "./schema/formula.js";
export { jsonObject, jsonValue } from "./schema/json-value.js";
export {
  boolean,
  duration,
  enumeration,
  integer,
  number,
  orFalse,
  pattern,
  secretText,
  size,
  text,
} from "./schema/scalars.js";
export type { Infer, Schema } from "./schema/schema.js";
export type { Secret } from "./schema/secret.js";
