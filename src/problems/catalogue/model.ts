import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of models: how they are configured, and what steps ask of them. */
export const modelProblems = {
  MODEL_PLACE_MISSING: entry("A source of models does not say where they are.", () => ({
    message: "This source does not say where its models are.",
    hint: "Give `base_url`, the address of a model server, or `type`, what runs here.",
  })),
  MODEL_KEY_MISPLACED: entry<{ key: string; where: string }>(
    "A key of a model has no meaning for the protocol of its source.",
    (p) => ({ message: `\`${p.key}\` is for ${p.where} only.` }),
  ),
  MODEL_QUESTION_UNSPECIFIED: entry<{ found: readonly string[]; known: readonly string[] }>(
    "A step does not say what it asks of a model, or says it twice.",
    (p) => ({
      message:
        p.found.length === 0
          ? "This step does not say what it asks of the model."
          : `A step asks one thing of a model, not ${p.found.map((name) => `\`${name}\``).join(" and ")}.`,
      hint: `Write one of ${p.known.map((name) => `\`${name}\``).join(", ")} under \`params\`.`,
    }),
  ),
  MODEL_PARAM_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A step of a model has a parameter that does not exist.",
    (p) => ({
      message: `A step of type \`ml\` has no parameter "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  MODEL_PARAM_UNSUPPORTED: entry<{ name: string; protocol: string; known: readonly string[] }>(
    "A step asks something of a model that its protocol does not have.",
    (p) => ({
      message: `The protocol \`${p.protocol}\` has no \`${p.name}\`.`,
      hint: `It takes ${p.known.map((name) => `\`${name}\``).join(", ")}.`,
    }),
  ),
  MODEL_FEATURE_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A step gives a feature that is not among the `inputs` of its model.",
    (p) => ({ message: `The model has no feature "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  MODEL_FEATURE_MISSING: entry<{ name: string }>(
    "A step leaves out a feature of its model that has no default.",
    (p) => ({
      message: `The feature "${p.name}" of the model is missing here.`,
      hint: "Give it, or give it a `default` under `inputs`.",
    }),
  ),
  MODEL_INPUTS_MISMATCH: entry<{ model: string; reason: string }>(
    "The `inputs` of a model, or their types, are not those that its file or its server declares.",
    (p) => ({
      message: `The inputs do not fit the model "${p.model}": ${p.reason}.`,
      hint: "What `inputs` leaves out, such as a type, is the model's own.",
    }),
  ),
  MODEL_OUTPUT_UNKNOWN: entry<{ model: string; name: string; known: readonly string[] }>(
    "`outputs` names an output that the model does not have.",
    (p) => ({
      message: `The model "${p.model}" has no output "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  MODEL_NOT_DESCRIBED: entry<{ name: string; reason: string }>(
    "`check --live`: the server of a model does not say what the model takes and answers.",
    (p) => ({ message: `The model "${p.name}" could not be asked what it takes: ${p.reason}` }),
  ),
};

/** Problems of models that callers can meet. No name of a host, no value and no word of a server appears in them. */
export const modelReplyProblems = {
  FEATURE_INVALID: entry<{ name: string; reason: string }>(
    "A feature is missing, or cannot be converted to the type that its model takes.",
    (p) => ({ message: `The feature "${p.name}" cannot be used: ${p.reason}.` }),
  ),
  MODEL_NOT_READY: entry<{ reason?: string }>(
    "A model is not loaded, still starting, or has stopped.",
    () => ({
      message: "A model that is needed is not ready.",
    }),
  ),
  MODEL_OVERLOADED: entry(
    "A model server says that it has too much to do; `Retry-After` is passed on.",
    () => ({
      message: "A model that is needed has too much to do at the moment.",
    }),
  ),
  MODEL_TIMED_OUT: entry("A model server gave up because the model took too long.", () => ({
    message: "A model that is needed gave no answer in time.",
  })),
  MODEL_BAD_REQUEST: entry<{ status?: number }>(
    "A model refused what it was asked: with `pass_client_errors` the caller's 400, else 502.",
    () => ({
      message: "A model that is needed refused what it was asked.",
      hint: "Compare `inputs`, their types and `layout` with what the model expects; the log has the server's words.",
    }),
  ),
  MODEL_UNAUTHORIZED: entry("A model server refused the credentials of its source.", () => ({
    message: "A model that is needed cannot be used at the moment.",
    hint: "Look at `auth` of the source.",
  })),
  MODEL_NOT_FOUND: entry("A model server does not know the model, or its version.", () => ({
    message: "A model that is needed does not exist.",
    hint: "Look at `model`, `version` and `endpoint` of the model, and at the path of `base_url`.",
  })),
  MODEL_FAILED: entry<{ status?: number }>("A model failed while it was computing.", () => ({
    message: "A model that is needed failed.",
  })),
  MODEL_BAD_RESPONSE: entry<{ reason: string }>(
    "The answer of a model cannot be read as what it should be.",
    () => ({ message: "A model that is needed gave an answer that cannot be used." }),
  ),
  MODEL_UNSUPPORTED: entry<{ reason?: string }>(
    "A model, or its server, cannot do what it was asked.",
    () => ({
      message: "A model that is needed cannot do this.",
    }),
  ),
};
