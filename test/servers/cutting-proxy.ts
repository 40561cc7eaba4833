import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a server that breaks, when it is told to, as soon as a word passes on its way there. */
export interface CuttingProxy {
  readonly port: number;
  /** From now on, the word is handed on and its answer is lost. */
  cutAfter(word: string): void;
  close(): Promise<void>;
}

export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  let cutting: string | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      upstream.write(data);
      if (cutting === undefined || !data.includes(cutting)) return;
      client.destroy();
      upstream.end();
    });
    upstream.on("data", (data) => client.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (word) => (cutting = word),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
