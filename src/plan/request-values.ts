import type { JsonObject, JsonValue } from "../expression/value.js";

/** A request as HTTP gives it: everything is text, but for a body that is already parsed. */
export interface RawRequest {
  /** Decoded. */
  readonly pathParams: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `undefined` where there is none. */
  readonly body: JsonValue | undefined;
}

/** `$request`: checked, converted, with defaults. */
export interface RequestValues extends JsonObject {
  readonly path_params: JsonObject;
  readonly query_params: JsonObject;
  readonly headers: JsonObject;
  readonly body: JsonValue;
}
