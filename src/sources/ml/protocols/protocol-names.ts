/** What model servers speak, as `protocol` names it. */
export const protocolNames = [
  "json",
  "open_inference",
  "kserve_v1",
  "tf_serving",
  "mlflow",
  "torchserve",
  "bentoml",
  "sagemaker",
  "openai",
] as const;

export type ProtocolName = (typeof protocolNames)[number];
