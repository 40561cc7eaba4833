import { Agent, request } from "node:http";

export interface LoadReport {
  readonly answered: number;
  /** What went wrong, in words; empty where every request got a whole reply of 200. */
  readonly failures: readonly string[];
}

/** Asks a URL over connections that stay open, one request after another on each, until it is stopped. */
export function startLoad(
  url: string,
  connections: number,
): { stop(): Promise<LoadReport>; readonly answered: () => number } {
  const failures: string[] = [];
  let answered = 0;
  let isStopped = false;
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isStopped) {
      await ask(url, agent).then(
        () => answered++,
        (error: Error) => failures.push(error.message),
      );
    }
    agent.destroy();
  };
  const clients = Promise.all(Array.from({ length: connections }, client));
  return {
    answered: () => answered,
    async stop() {
      isStopped = true;
      await clients;
      return { answered, failures };
    },
  };
}

/** One request. Rejects unless its reply is a whole one of 200. */
export function ask(url: string, agent: Agent): Promise<{ readonly isLast: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) return reject(new Error(`${response.statusCode} ${body}`));
        JSON.parse(body);
        return resolve({ isLast: response.headers.connection === "close" });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
