import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The requests that one generation has not answered yet. */
export class RequestsInFlight {
  private readonly responses = new Set<ServerResponse>();
  private others = 0;
  private isCut = false;
  private whenNone: (() => void)[] = [];

  get count(): number {
    return this.responses.size + this.others;
  }

  add(response: ServerResponse): void {
    this.responses.add(response);
  }

  delete(response: ServerResponse): void {
    if (this.responses.delete(response)) this.tellIfNone();
  }

  /** Counts work that came by no connection. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.others++;
    try {
      return await work();
    } finally {
      this.others--;
      this.tellIfNone();
    }
  }

  /** Resolves as soon as nothing is in flight, or all of it is cut off. */
  none(): Promise<void> {
    return this.count === 0 || this.isCut
      ? Promise.resolve()
      : new Promise((resolve) => this.whenNone.push(resolve));
  }

  /** Cuts the connections of all that is in flight; what came by none is not waited for any longer. */
  cut(): void {
    this.isCut = true;
    for (const response of this.responses) response.req.socket.destroy();
    this.tellIfNone();
  }

  private tellIfNone(): void {
    if (this.count > 0 && !this.isCut) return;
    for (const tell of this.whenNone.splice(0)) tell();
  }
}

/**
 * Notes which generation answers which request, on the connections that generations share. It watches each connection
 * once, because a response that waits behind another on a connection that breaks is never told of it.
 */
export class RequestTracker {
  private readonly bySocket = new WeakMap<Socket, Map<ServerResponse, RequestsInFlight>>();

  enter({ socket }: IncomingMessage, response: ServerResponse, inFlight: RequestsInFlight): void {
    const onSocket = this.bySocket.get(socket) ?? this.watch(socket);
    onSocket.set(response, inFlight);
    inFlight.add(response);
    response.once("close", () => {
      onSocket.delete(response);
      inFlight.delete(response);
    });
  }

  isBusy(socket: Socket): boolean {
    return (this.bySocket.get(socket)?.size ?? 0) > 0;
  }

  private watch(socket: Socket): Map<ServerResponse, RequestsInFlight> {
    const onSocket = new Map<ServerResponse, RequestsInFlight>();
    this.bySocket.set(socket, onSocket);
    socket.once("close", () => {
      for (const [response, inFlight] of onSocket) inFlight.delete(response);
      onSocket.clear();
    });
    return onSocket;
  }
}
