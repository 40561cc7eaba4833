import type { IncomingHttpHeaders } from "node:http";
import { serve, type LocalServer } from "../../connections/http/local-server.js";

/** A request as the other side sees it. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what it receives and answers `{}`. */
export async function echoServer(): Promise<LocalServer & { readonly received: Received[] }> {
  const received: Received[] = [];
  const server = await serve(({ method, url, headers }, response) => {
    let body = "";
    response.req.setEncoding("utf8");
    response.req.on("data", (piece: string) => (body += piece));
    response.req.on("end", () => {
      received.push({ method, url, headers, body });
      response.end("{}");
    });
  });
  return { ...server, received };
}
