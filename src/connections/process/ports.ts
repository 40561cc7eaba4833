import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/** A port of this machine at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Whether somebody listens at a port of this machine. */
export function isPortTaken(port: number): Promise<boolean> {
  return canConnect("127.0.0.1", port, 1_000);
}

/** Whether a connection can be made. */
export function canConnect(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.on("connect", () => end(true)).on("error", () => end(false));
  });
}
