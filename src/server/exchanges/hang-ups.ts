import type { Socket } from "node:net";

/** Something that runs for a caller, and is told when the caller is gone. */
export interface Watched {
  hangUp(): void;
}

/**
 * Tells executions that their caller hung up. It watches connections, because a request's own `close` comes as soon as its
 * body is read, and that of a response never comes for one that waits behind another on the same connection.
 */
export class HangUps {
  private readonly running = new WeakMap<Socket, Set<Watched>>();

  watch(socket: Socket, watched: Watched): void {
    const onSocket = this.running.get(socket);
    if (onSocket !== undefined) onSocket.add(watched);
    else this.watchSocket(socket, watched);
  }

  unwatch(socket: Socket, watched: Watched): void {
    this.running.get(socket)?.delete(watched);
  }

  private watchSocket(socket: Socket, first: Watched): void {
    const onSocket = new Set([first]);
    this.running.set(socket, onSocket);
    socket.once("close", () => {
      for (const each of onSocket) each.hangUp();
    });
  }
}
