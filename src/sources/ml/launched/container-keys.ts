import type { PullRule } from "../../../contracts/server-keeper.js";
import { either, list, object, optional, required, withDefault } from "../../../schema/composites.js";
import {
  boolean,
  enumeration,
  integer,
  number,
  pattern,
  secretText,
  size,
  text,
} from "../../../schema/scalars.js";
import { mapped } from "../../../schema/schema.js";

const isBoolean = ({ kind, value }: { readonly kind: string; readonly value?: unknown }) =>
  kind === "scalar" && typeof value === "boolean";

const pull = either<PullRule, PullRule>(
  isBoolean,
  mapped(boolean(), (always) => (always ? "always" : "never")),
  enumeration(["always", "if-missing", "never"]),
);

const gpus = either<number, number>(
  ({ kind, value }: { readonly kind: string; readonly value?: unknown }) =>
    kind === "scalar" && value === "all",
  mapped(enumeration(["all"]), () => -1),
  integer({ min: 1 }),
);

/** Keys of a server that runs in a container, beside those of every server that is started here. */
export const containerKeys = {
  image: optional(text("an image such as `team/model:3`"), "The image, with its tag or digest."),
  pull: withDefault(
    pull,
    "if-missing",
    "When it is pulled: `always` (then the one on the machine will do where that fails), `if-missing`, `never`.",
  ),
  registry_auth: optional(
    object({
      username: required(text(), "Who pulls."),
      password: required(secretText("password"), "The password, or a token."),
    }),
    "The login of its registry.",
    "that of `docker login`; for `ecr` that of AWS",
  ),
  network: optional(
    text(),
    "A network of Docker in which this service is too.",
    "a free port of this machine leads to it",
  ),
  volumes: withDefault(
    list(
      pattern(
        /^\/[^:]+:\/[^:]+(:ro|:rw)?$/,
        "`/on/this/machine:/in/the/container`, with `:rw` where it may write",
      ),
    ),
    [],
    "Folders of this machine that it sees; read-only unless `:rw` follows.",
    "none",
  ),
  memory: optional(size(), "The most memory that it may use.", "no limit"),
  cpus: optional(number({ min: 0.01 }), "How many processors it may keep busy.", "no limit"),
  gpus: optional(gpus, "How many graphics processors it gets, or `all`.", "none"),
};
