import type { MountReply } from "../../../contracts/source.js";
import type { SelectionFault } from "../features/selection.js";

/** A request that is refused, in the form of Feast's Python server, with a status that is honest. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reply: MountReply;

  constructor(status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
    super(body);
    this.reply = { status, headers: { "content-type": "application/json", ...headers }, body };
  }
}

/** An error that is Feast's own: a JSON text that holds JSON. */
export function feastRefusal(status: number, name: string, message: string): Refusal {
  const inner = `{"module": "feast.errors", "class": ${JSON.stringify(name)}, "message": ${JSON.stringify(message)}}`;
  return new Refusal(status, JSON.stringify(inner));
}

/** Any other: a JSON text. */
export function plainRefusal(status: number, message: string): Refusal {
  return new Refusal(status, JSON.stringify(message));
}

/** What the web framework says of paths and methods. */
export function frameworkRefusal(
  status: number,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): Refusal {
  return new Refusal(status, JSON.stringify({ detail }), headers);
}

/** A Python `KeyError` shows its text in quotes. */
export function keyError(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text}'`;
}

/** A list as Python prints it. */
export function pythonList(names: Iterable<string>): string {
  return `[${[...names].map((name) => `'${name}'`).join(", ")}]`;
}

/** What cannot be read, as Feast words it. All of these are the caller's to mend, but for those that name Python. */
export function selectionRefusal(fault: SelectionFault, project: string): Refusal {
  const within = `does not exist in project ${project}`;
  switch (fault.kind) {
    case "nothing":
      return plainRefusal(400, "No features specified for retrieval");
    case "reference-invalid":
      return plainRefusal(
        400,
        `Invalid feature reference '${fault.reference}'. Expected format: '<feature_view>:<feature>' or '<feature_view>@<version>:<feature>'`,
      );
    case "view-unknown":
      return feastRefusal(404, "FeatureViewNotFoundException", `Feature view ${fault.name} ${within}`);
    case "service-unknown":
      return feastRefusal(404, "FeatureServiceNotFoundException", `Feature service ${fault.name} ${within}`);
    case "feature-unknown":
      return plainRefusal(400, keyError(`Feature ${fault.name} not found in projection ${fault.view}`));
    case "versions-off":
      return plainRefusal(
        400,
        `Version-qualified ref '${fault.view}@${fault.version}' not supported: online versioning is disabled. Set 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.`,
      );
    case "version-unknown": {
      const message = `Version ${fault.version} of feature view ${fault.view} ${within}`;
      return feastRefusal(404, "FeatureViewVersionNotFound", message);
    }
    case "collision":
      return feastRefusal(400, "FeatureNameCollisionError", collisionMessage(fault));
    case "disabled":
      return plainRefusal(
        400,
        `Feature view '${fault.name}' is disabled and cannot serve features. Enable it with \`feast feature-views enable ${fault.name}\` or set enabled=True.`,
      );
    case "not-available":
      return plainRefusal(
        503,
        `Feature view '${fault.name}' is in state ${fault.state} and cannot serve features.`,
      );
    case "needs-server":
      return plainRefusal(
        501,
        `On demand feature view '${fault.name}' is computed by Python, which this service does not run: it needs the url of a feature server.`,
      );
  }
}

function collisionMessage({ names, fullNames }: Extract<SelectionFault, { kind: "collision" }>): string {
  const advice = fullNames
    ? "please ensure that the feature views or their own features have different names. If you're intentionally joining the same feature view twice on different sets of entities, please rename one of the feature views with '.with_name'."
    : "either use the full feature name by setting 'full_feature_names=True', or ensure that the features in question have different names.";
  return `Duplicate features named ${names.join(", ")} found.\nTo resolve this collision, ${advice}`;
}
