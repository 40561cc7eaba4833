import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

/** The `Proxy-Authorization` of a proxy whose URL has a user; nobody else is sent it. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** Opens a connection to `target`, a host and port, through a proxy. The callback is told once. */
export function openTunnel(
  proxy: URL,
  target: string,
  timeoutMs: number,
  callback: (error: Error | null, socket: Socket | null) => void,
): void {
  const authorization = proxyAuthorization(proxy);
  const connecting = (proxy.protocol === "https:" ? httpsRequest : httpRequest)({
    method: "CONNECT",
    host: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
    path: target,
    agent: false,
    timeout: timeoutMs,
    headers: {
      host: target,
      ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
    },
  });
  let isTold = false;
  const tell = (error: Error | null, socket: Socket | null) => {
    if (isTold) return socket?.destroy();
    isTold = true;
    callback(error, socket);
  };
  connecting.on("connect", ({ statusCode }, socket: Socket) => {
    if (statusCode === 200) return tell(null, socket);
    socket.on("error", () => undefined).destroy();
    tell(new Error(`the proxy answered ${statusCode} to CONNECT`), null);
  });
  connecting.on("response", (response) => {
    response.resume();
    connecting.destroy();
    tell(new Error(`the proxy answered ${response.statusCode} to CONNECT`), null);
  });
  connecting.on("timeout", () => connecting.destroy(new Error("the proxy did not answer in time")));
  connecting.on("error", (error) => tell(error, null));
  connecting.end();
}
