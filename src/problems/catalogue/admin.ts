import { entry } from "../entry.js";

/** Problems that callers of the admin listener see. */
export const adminReplyProblems = {
  ADMIN_TOKEN_REFUSED: entry("The admin listener is asked without its token, or with another one.", () => ({
    message: "This needs the admin token, as `Authorization: Bearer <token>`.",
  })),
  ADMIN_HOST_REFUSED: entry(
    "The Host header names another machine or port than the admin listener has.",
    () => ({
      message: "The Host header does not name this listener.",
    }),
  ),
  ADMIN_ORIGIN_REFUSED: entry("A page of another origin asks the admin listener.", () => ({
    message: "Pages of other origins may not ask this listener.",
  })),
  RELOAD_REFUSED: entry<{ count: number }>(
    "A reload found a configuration with errors; `problems` has all.",
    (p) => ({
      message: `The configuration has ${p.count === 1 ? "an error" : `${p.count} errors`}; the one before serves on.`,
    }),
  ),
};

/** Problems of asking the admin listener, told to the operator. */
export const adminCommandProblems = {
  ADMIN_OFF: entry("A command needs the admin listener, which the configuration turns off.", () => ({
    message: "The admin listener is off, so the running service cannot be told anything.",
    hint: "Remove `admin: false` and restart the service, or send SIGHUP to its process.",
  })),
  ADMIN_UNREACHABLE: entry<{ url: string; reason: string }>(
    "No service answers at the admin listener.",
    (p) => ({
      message: `No service answers at ${p.url}: ${p.reason}.`,
      hint: "Start it with `orchestrator-api run`, or name its address with `--admin-url`.",
    }),
  ),
  ADMIN_TOKEN_MISSING: entry<{ path: string; reason: string }>(
    "There is no admin token that a command could use.",
    (p) => ({
      message: `The admin token in "${p.path}" cannot be used: ${p.reason}.`,
      hint: "The running service makes it; name another file with `--token-file`, or set `admin.token`.",
    }),
  ),
  ADMIN_REFUSED: entry<{ url: string; status: number; detail: string }>(
    "The admin listener refuses a command, or something else listens there.",
    (p) => ({
      message: `The service at ${p.url} refused with status ${p.status}: ${p.detail}`,
      hint: "Is it the service of this project, and is the token its own?",
    }),
  ),
};

export const adminProblems = { ...adminReplyProblems, ...adminCommandProblems };
