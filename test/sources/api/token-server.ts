import { serve, type LocalServer } from "../../connections/http/local-server.js";

/** A request for a token as the endpoint sees it. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

export interface TokenServer extends LocalServer {
  readonly asked: TokenRequest[];
  /** What the next answers are: a status with a body, after a wait. */
  answer: {
    readonly status: number;
    readonly body: unknown;
    readonly afterMs?: number;
    readonly headers?: Record<string, string>;
  };
}

/** A token endpoint whose tokens are `token-1`, `token-2`, … unless a test says otherwise. */
export async function tokenServer(expiresIn = 3_600): Promise<TokenServer> {
  const asked: TokenRequest[] = [];
  const server = await serve((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      asked.push({
        authorization: request.headers.authorization,
        fields: Object.fromEntries(new URLSearchParams(body)),
      });
      const { status, body: given, afterMs = 0, headers = {} } = result.answer;
      const text =
        given === undefined
          ? { access_token: `token-${asked.length}`, token_type: "Bearer", expires_in: expiresIn }
          : given;
      setTimeout(
        () => response.writeHead(status, headers).end(typeof text === "string" ? text : JSON.stringify(text)),
        afterMs,
      );
    });
  });
  const result: TokenServer = { ...server, asked, answer: { status: 200, body: undefined } };
  return result;
}
