import type { MlSettings } from "../settings.js";
import { bentomlProtocol } from "./bentoml.js";
import { jsonProtocol } from "./json.js";
import { kserveV1Protocol } from "./kserve-v1.js";
import { mlflowProtocol } from "./mlflow.js";
import { openInferenceProtocol } from "./open-inference/open-inference.js";
import { openaiProtocol } from "./openai.js";
import type { ProtocolName } from "./protocol-names.js";
import type { Protocol } from "./protocol.js";
import { sagemakerProtocol } from "./sagemaker.js";
import { tfServingProtocol } from "./tf-serving.js";
import { torchserveProtocol } from "./torchserve.js";

const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  json: jsonProtocol,
  open_inference: openInferenceProtocol,
  kserve_v1: kserveV1Protocol,
  tf_serving: tfServingProtocol,
  mlflow: mlflowProtocol,
  torchserve: torchserveProtocol,
  bentoml: bentomlProtocol,
  sagemaker: sagemakerProtocol,
  openai: openaiProtocol,
};

/** What the server of a source speaks. */
export function protocolOf({ protocol }: Pick<MlSettings, "protocol">): Protocol {
  return protocols[protocol];
}
