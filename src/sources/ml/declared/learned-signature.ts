import { createHash } from "node:crypto";
import type { LearnedShape } from "../../../contracts/source.js";
import type { Signature } from "../backend.js";
import type { Model } from "../model.js";
import { signatureIn } from "../protocols/open-inference/declaration.js";
import { protocolOf } from "../protocols/protocols.js";
import type { MlSettings } from "../settings.js";

/** Under which is kept what the server of a model says that the model takes and answers; `undefined` where none says it. */
export function shapeKeyOf(model: Model, settings: MlSettings): string | undefined {
  const { protocol, type } = settings;
  const { metadata } = protocolOf(settings);
  if (type === "onnx" || metadata === undefined) return undefined;
  const asked = JSON.stringify([protocol, metadata.path(model), model.parameters]);
  return `${model.name} ${createHash("sha256").update(asked).digest("hex").slice(0, 16)}`;
}

/** What was learned of a model from its server. */
export function learnedSignature(
  model: Model,
  { settings, learned }: { readonly settings: MlSettings; readonly learned?: LearnedShape | undefined },
): Signature | undefined {
  const key = shapeKeyOf(model, settings);
  const declaration = key === undefined ? undefined : learned?.(key);
  return declaration && signatureIn(declaration);
}
