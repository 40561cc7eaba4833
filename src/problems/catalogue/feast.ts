import { entry, remark } from "../entry.js";
import { nameHint } from "../nearest.js";

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

/** Problems of feature stores: repositories, registries, and what steps ask of them. */
export const feastProblems = {
  FEAST_PLACE_MISSING: entry(
    "A Feast source says neither where its repository nor where its server is.",
    () => ({
      message: "This source has neither `repo_path` nor `url`.",
      hint: "Give `repo_path` (a folder with feature_store.yaml), `url` (a feature server), or both.",
    }),
  ),
  FEAST_REPOSITORY_INVALID: entry<{ file: string; reason: string }>(
    "A `feature_store.yaml` cannot be used.",
    (p) => ({ message: `"${p.file}" cannot be used: ${p.reason}.` }),
  ),
  FEAST_UNSUPPORTED: entry<{ what: string; known: readonly string[] }>(
    "A repository keeps its features or its registry where only Feast's own server can read them.",
    (p) => ({
      message: `This repository uses ${p.what}, which cannot be read here. These can: ${p.known.join(", ")}.`,
      hint: "Start `feast serve` beside the repository and write `url: http://localhost:6566` in place of `repo_path`.",
    }),
  ),
  FEAST_REGISTRY_INVALID: entry<{ path: string; reason: string }>(
    "A registry of Feast cannot be read.",
    (p) => ({
      message: `The registry "${p.path}" cannot be read: ${p.reason}.`,
      hint: "Run `feast apply` in the repository. Where it is on a server, see that this can be reached.",
    }),
  ),
  FEAST_KEY_VERSION_ASSUMED: remark<{ file: string }>(
    "warning",
    "A `feature_store.yaml` does not say how entity keys are written.",
    (p) => ({
      message: `"${p.file}" has no \`entity_key_serialization_version\`; 3 is assumed.`,
      hint: "Repositories made before Feast 0.50 may mean version 1: write the number there.",
    }),
  ),
  FEAST_SETTING_UNUSED: remark<{ name: string; reason: string; known: readonly string[] | undefined }>(
    "warning",
    "A `feature_store.yaml` has a setting that changes nothing here.",
    (p) => ({
      message: `"${p.name}" has no effect here: ${p.reason}.`,
      hint: p.known && nameHint(p.name.slice(p.name.lastIndexOf(".") + 1), p.known),
    }),
  ),
  FEAST_TOKEN_UNAVAILABLE: entry(
    "The feature server of a `feature_store.yaml` wants a token that is to be had from an identity provider.",
    () => ({
      message: "The token for this feature server is to be had from an identity provider.",
      hint: "Write `auth: { type: oauth2_client_credentials, token_url: …, client_id: …, client_secret: … }` in the source.",
    }),
  ),
  FEAST_PERMISSIONS_UNCHECKED: remark<{ file: string; type: string }>(
    "warning",
    "A source answers Feast's protocol, and its repository has permissions that are not looked at.",
    (p) => ({
      message: `"${p.file}" has \`auth: ${p.type}\`: Feast's server would ask callers for tokens and check its permissions, which is not done here.`,
      hint: "Say who may ask: `expose: { auth: …, roles: … }`.",
    }),
  ),
  FEAST_PROJECT_UNKNOWN: entry<{ project: string }>("A registry has nothing of the project.", (p) => ({
    message: `The registry has nothing of a project "${p.project}".`,
    hint: "Check `project`, and run `feast apply`.",
  })),
  FEATURE_SERVICE_DUPLICATE: entry<{ name: string }>(
    "A source configures a feature service that the registry has too.",
    (p) => ({
      message: `The registry has a feature service "${p.name}" already.`,
      hint: "Give this one another name.",
    }),
  ),
  FEATURES_UNSPECIFIED: entry<{ found: string }>(
    "A Feast step does not say which features it wants.",
    (p) => ({
      message: `A step of type \`feast\` names either \`feature_service\` or \`features\`, not ${p.found}.`,
      hint: "Write `feature_service: name`, or `features: [view:feature]`.",
    }),
  ),
  FEATURE_PARAM_INVALID: entry<{ name: string; expected: string }>(
    "A parameter of a Feast step is not what it must be.",
    (p) => ({ message: `"${p.name}" must be ${p.expected}.` }),
  ),
  FEATURE_PARAM_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A Feast step has a parameter that does not exist.",
    (p) => ({
      message: `A step of type \`feast\` has no parameter "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  FEATURE_ENTITY_UNSPECIFIED: entry<{ found: string }>(
    "A Feast step does not say whose features it wants.",
    (p) => ({
      message: `A step of type \`feast\` names either \`entity\` or \`entities\`, not ${p.found}.`,
      hint: "Write `entity: { key: expression }`, or `entities:` with an expression that gives a list of such objects.",
    }),
  ),
  FEATURE_REFERENCE_INVALID: entry<{ reference: string; reason: string }>(
    "A reference to a feature is not one.",
    (p) => ({
      message: `"${p.reference}" is no reference to a feature: ${p.reason}.`,
      hint: "Write it as `view:feature`.",
    }),
  ),
  FEATURE_VIEW_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A feature view is named that the registry does not have.",
    (p) => ({ message: `There is no feature view named "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  FEATURE_UNKNOWN: entry<{ name: string; view: string; known: readonly string[] }>(
    "A feature is named that its view does not have.",
    (p) => ({
      message: `The feature view "${p.view}" has no feature "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  FEATURE_SERVICE_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A feature service is named that neither the registry nor the source has.",
    (p) => ({ message: `There is no feature service named "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  FEATURE_NAMES_COLLIDE: entry<{ names: readonly string[] }>(
    "Two features of one step would have the same name.",
    (p) => ({
      message: `More than one feature would be called ${quoted(p.names)}.`,
      hint: "Write `full_feature_names: true`, or leave one out.",
    }),
  ),
  FEATURE_VERSION_UNKNOWN: entry<{ view: string; version: string }>(
    "A version of a feature view is asked for that does not exist, or that the repository does not serve.",
    (p) => ({
      message: `The feature view "${p.view}" has no version "${p.version}" to read.`,
      hint: "Versions need `enable_online_feature_view_versioning: true` under `registry` in feature_store.yaml.",
    }),
  ),
  FEATURE_VIEW_DISABLED: entry<{ name: string }>("A feature view is switched off.", (p) => ({
    message: `The feature view "${p.name}" is disabled.`,
    hint: `Run \`feast feature-views enable ${p.name}\`.`,
  })),
  FEATURE_VIEW_NOT_AVAILABLE: entry<{ name: string; state: string }>(
    "A feature view has not been materialized, or is being materialized now.",
    (p) => ({
      message: `The feature view "${p.name}" cannot be read in its state ${p.state}.`,
      hint: "Run `feast materialize`, or set `serve_features_while_materializing: true` under `registry`.",
    }),
  ),
  FEATURE_NEEDS_SERVER: entry<{ name: string }>(
    "A feature is computed by Python when it is asked for, and no feature server is configured.",
    (p) => ({
      message: `The on-demand feature view "${p.name}" is computed by Python, which only a feature server can do.`,
      hint: "Start `feast serve` and add `url: http://localhost:6566` to the source.",
    }),
  ),
  JOIN_KEY_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A Feast step gives a key that its features do not have.",
    (p) => ({ message: `These features have no join key "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  JOIN_KEY_MISSING: entry<{ name: string; views: readonly string[] }>(
    "A Feast step leaves out a key that its features need.",
    (p) => ({
      message: `The join key "${p.name}" is missing, which ${quoted(p.views)} ${p.views.length === 1 ? "needs" : "need"}.`,
      hint: `Add \`${p.name}: …\` under \`entity\`.`,
    }),
  ),
  JOIN_KEY_NAME_TAKEN: entry<{ name: string }>(
    "A feature of a step has the name of one of its join keys.",
    (p) => ({
      message: `"${p.name}" is the name of a feature and of a join key.`,
      hint: "Write `full_feature_names: true`.",
    }),
  ),
  FALLBACK_FEATURE_UNKNOWN: entry<{ name: string; reason: string }>(
    "`database_fallback` maps something that is no feature.",
    (p) => ({ message: `"${p.name}" under \`mapping\` cannot be used: ${p.reason}.` }),
  ),
};

/** What callers can be told of features. */
export const featureReplyProblems = {
  FEATURE_TOO_OLD: entry<{ name: string }>(
    "A feature is older than `max_age`, and the step says to fail then.",
    () => ({ message: "A value that is needed is too old." }),
  ),
};
