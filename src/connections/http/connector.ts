import { isIP } from "node:net";
import { buildConnector } from "undici";
import type { ClientCertificate } from "./auth/client-certificate.js";
import { addressRefused, guardedLookup, type Resolve } from "./guarded-lookup.js";
import { isPrivateAddress } from "./private-address.js";
import type { TlsRules } from "./tls-keys.js";
import { openTunnel } from "./tunnel.js";

/** How connections to one origin are made. */
export interface ConnectionRules {
  readonly tls?: TlsRules | undefined;
  readonly certificate?: ClientCertificate | undefined;
  readonly proxy?: URL | undefined;
  readonly refusesPrivate?: boolean | undefined;
  readonly resolve?: Resolve | undefined;
}

const connectTimeoutMs = 10_000;

/** Makes the connections of a client: TLS as the rules say, private addresses refused, through a proxy where one is named. */
export function connectorOf({
  tls,
  certificate,
  proxy,
  refusesPrivate,
  resolve,
}: ConnectionRules): buildConnector.connector {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    ...tlsOptions(tls),
    ...(certificate === undefined ? {} : certificateOptions(certificate)),
    ...(refusesPrivate === true ? { lookup: guardedLookup(resolve) } : {}),
  });
  if (proxy !== undefined) return tunnelled(connect, proxy);
  return refusesPrivate === true ? withoutPrivateLiterals(connect) : connect;
}

function tlsOptions(rules: TlsRules | undefined): buildConnector.BuildOptions {
  if (rules === undefined) return { minVersion: "TLSv1.2" };
  const { ca, serverName, minVersion, verifies } = rules;
  return {
    minVersion,
    rejectUnauthorized: verifies,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function certificateOptions({
  certificate,
  key,
  passphrase,
}: ClientCertificate): buildConnector.BuildOptions {
  return { cert: certificate, key: key.reveal(), ...(passphrase && { passphrase: passphrase.reveal() }) };
}

/** An address in the URL itself is never looked up. */
function withoutPrivateLiterals(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) === 0 || !isPrivateAddress(host)) return connect(options, callback);
    queueMicrotask(() => callback(addressRefused(), null));
  };
}

function tunnelled(connect: buildConnector.connector, proxy: URL): buildConnector.connector {
  return (options, callback) => {
    const { protocol, hostname, port } = options;
    const target = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
    openTunnel(proxy, target, connectTimeoutMs, (error, socket) => {
      if (error !== null || socket === null) return callback(error ?? new Error("no tunnel"), null);
      if (protocol !== "https:") return callback(null, socket);
      connect({ ...options, httpSocket: socket } as buildConnector.Options, callback);
    });
  };
}
