import { mapping, object, optional, withDefault } from "../schema/composites.js";
import { pattern, percentage, secretText } from "../schema/scalars.js";
import { orLeftOut } from "./or-left-out.js";

/** `tracing:` of config.yaml. */
export const tracing = object({
  otlp_endpoint: optional(
    orLeftOut(pattern(/^https?:\/\/[^\s?#@]+$/, "the URL of a collector such as `http://127.0.0.1:4318`")),
    "Spans go to its `/v1/traces`, as JSON. An empty variable counts as left out.",
    "off",
  ),
  headers: withDefault(
    mapping(secretText("headers"), { pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/ }),
    new Map(),
    "What the collector wants to be sent, such as a key.",
    "none",
  ),
  sample: withDefault(
    percentage(),
    1,
    "Of requests that come without a trace, as many are traced; those that come with one follow it.",
    "100%",
  ),
});
