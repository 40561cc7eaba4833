import { optional } from "../../schema/composites.js";
import { enumeration } from "../../schema/scalars.js";
import { auth } from "./auth/auth-keys.js";
import { proxy } from "./proxy.js";
import { tls } from "./tls-keys.js";

/** The keys that say how the other side is reached, and with which credentials. */
export const accessKeys = {
  auth: optional(auth(), "The credentials that are sent.", "none"),
  tls: optional(tls(), "How the other side of an `https` connection is known."),
  proxy: optional(
    proxy(),
    "The proxy to go through; `environment` takes the one that the variables of the machine name.",
    "none",
  ),
  private_addresses: optional(
    enumeration(["allow", "refuse"]),
    "`refuse` connects to public addresses only, whatever the name says.",
    "`allow`",
  ),
};
