import { object, optional, withDefault } from "../schema/composites.js";
import { integer, orFalse, secretText, text } from "../schema/scalars.js";
import { orLeftOut } from "./or-left-out.js";

const listener = object({
  host: withDefault(
    text(),
    "127.0.0.1",
    "The address to listen on; other machines reach it only if you change this.",
  ),
  port: withDefault(integer({ min: 0, max: 65_535 }), 9001, "The port to listen on."),
  token: optional(
    orLeftOut(secretText("token")),
    "What callers show as `Authorization: Bearer`. An empty variable counts as left out.",
    "made, and kept in `data/admin.token`",
  ),
});

/** `admin:` of config.yaml: a listener of its own, for the people who run the service. */
export const admin = orFalse(listener);
export const adminDefaults = listener.empty();
