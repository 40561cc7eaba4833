import type { Report } from "../../problems/report.js";
import type { Tree } from "../../schema/tree.js";
import type { Model } from "./model.js";
import { protocolOf } from "./protocols/protocols.js";
import type { MlSettings } from "./settings.js";

/** Events pass where a protocol has them, and where nothing needs the whole of an answer or of a request. */
export function refuseStream(model: Model, tree: Tree, settings: MlSettings, report: Report): void {
  if (model.response !== "stream") return;
  const written = tree.kind === "mapping" ? tree.entries.get("response") : undefined;
  const refuse = (reason: string, hint: string) =>
    report.add("CONFIG_VALUE_INVALID", { reason }, written?.keyLocation ?? tree.location, { hint });
  if (protocolOf(settings).writeStream === undefined) {
    const reason = "`response: stream` is for chat with `protocol: openai` only.";
    return refuse(reason, "Write `response: normal`, or leave it away.");
  }
  if (model.inferenceLog !== undefined)
    refuse(
      "`inference_log` cannot stand beside `response: stream`: the answer passes without being read.",
      "Leave one of them away, or give it to other models only.",
    );
  if (settings.auth?.kind === "aws_sigv4")
    refuse("A stream cannot be signed with `aws_sigv4`, which signs whole bodies.", "Use other `auth`.");
}
