import { splitCommand } from "../../../connections/process/command-line.js";
import {
  either,
  list,
  mapping,
  object,
  optional,
  withDefault,
  type ObjectOf,
} from "../../../schema/composites.js";
import { boolean, duration, enumeration, integer, pattern, text } from "../../../schema/scalars.js";
import { mapped } from "../../../schema/schema.js";

/** What a source of models may run on; without `type` it is a server that somebody else has started. */
export const launchedTypes = ["process", "docker", "ecr"] as const;

const commandText = mapped(text(), (written, tree, { report }) => {
  const words = splitCommand(written);
  if (words !== undefined && words.length > 0) return words;
  const reason = words === undefined ? "A quote is left open." : "It names no program.";
  return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
});

const commandWords = mapped(list(text()), (words, tree, { report }) => {
  if (words.length > 0) return words;
  return report.add("CONFIG_VALUE_INVALID", { reason: "It names no program." }, tree.location);
});

const ready = object({
  path: optional(
    pattern(/^\/\S*$/, "a path that begins with `/`"),
    "Asked until it answers with a status of 200 to 399.",
    "what the protocol has for it, else a connection",
  ),
  tcp: withDefault(boolean(), false, "Whether a connection is enough; not beside `path`."),
  within: withDefault(duration(), 20_000, "How long it may take to get ready.", "20s"),
});

const live = object({
  period: withDefault(duration(), 10_000, "How often it is asked whether it still answers.", "10s"),
  timeout: withDefault(duration(), 1_000, "How long one such answer may take.", "1s"),
  failures: withDefault(integer({ min: 1 }), 3, "After how many failures in a row it is started again."),
});

/** Keys of a server that this service starts and watches itself. */
export const launchedKeys = {
  command: optional(
    either(({ kind }) => kind === "list", commandWords, commandText),
    "The program and its words, as a list or as a text; no shell reads them. `{port}` stands for the port.",
    "in a container that of the image",
  ),
  cwd: optional(text("a folder"), "The folder it runs in.", "the project"),
  environment: withDefault(
    mapping(text()),
    new Map<string, string>(),
    "Its variables beside `PORT`; a program gets `PATH`, `HOME`, `LANG`, `TZ`, `TMPDIR` and those of proxies too.",
    "none",
  ),
  port: optional(
    integer({ min: 1, max: 65_535 }),
    "Where it listens: on 127.0.0.1, or in its container.",
    "a free one; the only one of the image",
  ),
  ready: withDefault(ready, ready.empty(), "When it counts as ready.", "as said below"),
  live: withDefault(live, live.empty(), "How it is watched while it runs.", "as said below"),
  restart: withDefault(
    enumeration(["on-failure", "always", "never"]),
    "on-failure",
    "Whether it is started again when it has ended. A server that ends unasked has failed, whatever the code, so `on-failure` and `always` are the same.",
  ),
  max_restarts: withDefault(
    integer({ min: 0 }),
    5,
    "How many restarts in five minutes are too many: from then on it is tried once a minute.",
  ),
  stop_timeout: withDefault(
    duration(),
    10_000,
    "How long it may take to end before it is ended by force.",
    "10s",
  ),
  start: withDefault(
    enumeration(["eager", "lazy"]),
    "eager",
    "`lazy` starts it at the first question, `eager` with the service.",
  ),
};

export type LaunchedKeys = ObjectOf<typeof launchedKeys>;
