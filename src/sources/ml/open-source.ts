import type { Opening } from "../../contracts/source.js";
import type { ModelHost } from "./backend.js";
import { MlSource } from "./ml-source.js";
import { containerOf } from "./launched/container-of.js";
import { LaunchedHost } from "./launched/launched-host.js";
import { processOf } from "./launched/process-of.js";
import { modelsOf, type Model } from "./model.js";
import { OnnxHost } from "./onnx/onnx-host.js";
import { openServer } from "./protocols/open-server.js";
import { Recorders } from "./record/open-recorders.js";
import type { MlSettings } from "./settings.js";

/** Opens a source of models on what its settings say that they run on. */
export async function openSource(opening: Opening<MlSettings>): Promise<MlSource> {
  const { name, settings, host, log } = opening;
  if (settings.tls?.verifies === false)
    log("warn", "The certificate of a model server is not verified.", { source: name });
  const sourceName = name.slice(name.lastIndexOf(".") + 1);
  const models = modelsOf(sourceName, settings);
  const running = await openHost(opening, models);
  return new MlSource(running, models, new Recorders(opening), host.clock, log);
}

async function openHost(opening: Opening<MlSettings>, models: readonly Model[]): Promise<ModelHost> {
  const { settings, host, log } = opening;
  if (settings.type === "onnx") return OnnxHost.open(opening, models);
  if (settings.type === "process") return LaunchedHost.open(opening, models, processOf(opening));
  if (settings.type !== undefined) return LaunchedHost.open(opening, models, containerOf(opening));
  return openServer({ url: settings.base_url!, settings, host, log });
}
