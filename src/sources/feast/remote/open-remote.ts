import { isAbsolute, join } from "node:path";
import { accessOf, type Access } from "../../../connections/http/access.js";
import type { BaseUrl } from "../../../connections/http/base-url.js";
import { Senders } from "../../../connections/http/senders.js";
import type { Host } from "../../../contracts/host.js";
import type { Opening } from "../../../contracts/source.js";
import { Secret } from "../../../schema/secret.js";
import type { FeatureStoreConfig } from "../repository/feature-store-config.js";
import type { FeastSettings } from "../settings.js";
import { PodTokenSender } from "./pod-token-sender.js";
import { RemoteReader } from "./remote-reader.js";

const usualConnections = 50;

/**
 * The feature server of a source: that of its `url`, else that which a repository has in place of a store, with what
 * the repository says of how to reach it. `folder` is the repository's, absolute.
 */
export function openRemote(
  { name, settings, host, log }: Opening<FeastSettings>,
  config: FeatureStoreConfig | undefined,
  folder: string,
): RemoteReader | undefined {
  const store = settings.url === undefined && config?.store.type === "remote" ? config.store : undefined;
  const url = settings.url ?? store?.url;
  if (url === undefined) return undefined;
  const own = accessOf(settings);
  const token = store !== undefined && settings.auth === undefined ? config!.auth.token : undefined;
  const access: Access = {
    ...own,
    tls: own.tls ?? (store?.caFile === undefined ? undefined : trusting(store.caFile, folder, host)),
    auth: token?.kind === "fixed" ? bearer(token.value) : own.auth,
  };
  if (access.tls?.verifies === false)
    log("warn", "The certificate of a feature server is not verified.", { source: name });
  const connections = settings.connections ?? store?.connections ?? usualConnections;
  const senders = new Senders({ origin: url.origin, connections, access, host });
  const sender = token?.kind === "pod" ? new PodTokenSender(senders.own, host, token.fallback) : senders.own;
  const { request_context: requestData, max_response: maxResponse } = settings;
  return new RemoteReader({
    ...{ sender, senders, requestData: new Set(requestData), maxResponse, log },
    path: pathOf(url, access),
    headers: headersOf(settings, url, access),
  });
}

function bearer(token: Secret): Access["auth"] {
  return { kind: "header", name: "authorization", value: new Secret(`Bearer ${token.reveal()}`) };
}

function trusting(file: string, folder: string, { files }: Host): Access["tls"] {
  const ca = new TextDecoder().decode(files.read(isAbsolute(file) ? file : join(folder, file)));
  return { ca, serverName: undefined, minVersion: "TLSv1.2", verifies: true };
}

function pathOf({ path }: BaseUrl, { auth }: Access): string {
  const query = new URLSearchParams({ status: "true" });
  if (auth.kind === "query") query.set(auth.name, auth.value.reveal());
  return `${path}/get-online-features?${query.toString()}`;
}

/** Credentials are laid over written headers, and these over those of the URL. */
function headersOf({ headers }: FeastSettings, { authorization }: BaseUrl, { auth }: Access): string[] {
  const all = new Map([
    ["content-type", "application/json"],
    ["accept", "application/json"],
  ]);
  if (authorization !== undefined) all.set("authorization", authorization.reveal());
  for (const [name, value] of headers) all.set(name.toLowerCase(), value);
  if (auth.kind === "header") all.set(auth.name.toLowerCase(), auth.value.reveal());
  return [...all].flat();
}
