import type { Report } from "../../../../problems/report.js";
import type { Tree } from "../../../../schema/tree.js";
import type { MlSettings } from "../../settings.js";

const ofHttp = ["proxy", "private_addresses", "connections", "endpoint"];

/** Refuses the keys, of a source or of a model, that mean nothing over the one connection of gRPC. */
export function refuseForGrpc(tree: Tree, { transport }: MlSettings, report: Report): void {
  if (transport !== "grpc" || tree.kind !== "mapping") return;
  for (const key of ofHttp) {
    const entry = tree.entries.get(key);
    if (entry !== undefined)
      report.add("MODEL_KEY_MISPLACED", { key, where: "`transport: http`" }, entry.keyLocation);
  }
}

/** Checks what a source says of a server of gRPC: its address has no path, and its credentials are metadata. */
export function checkGrpcServer(
  tree: Tree,
  { transport, auth, base_url: url }: MlSettings,
  report: Report,
): void {
  if (transport !== "grpc" || tree.kind !== "mapping") return;
  const refuse = (key: string, reason: string) =>
    report.add("CONFIG_VALUE_INVALID", { reason }, tree.entries.get(key)!.value.location);
  if (url !== undefined && url.path !== "")
    refuse("base_url", "Over gRPC the address of a server has no path.");
  if (auth !== undefined && !["none", "header", "mtls"].includes(auth.kind))
    refuse("auth", "Over gRPC the credentials are `bearer`, `basic`, `api_key` in a header, or `mtls`.");
}
