import type { Clock } from "../../../contracts/host.js";
import type { Cancellable } from "../../../contracts/source.js";
import type { HttpRequest, Sender } from "../http-client.js";
import type { HttpReceiver } from "../http-exchange.js";
import type { AwsCredentials } from "./auth.js";
import { signed } from "./aws-signature.js";

/** Signs each request on its way, each page and each hop of a redirect anew. */
export class SigningSender implements Sender {
  private readonly next: Sender;
  private readonly host: string;
  private readonly credentials: AwsCredentials;
  private readonly clock: Clock;

  constructor(next: Sender, origin: string, credentials: AwsCredentials, clock: Clock) {
    this.next = next;
    this.host = new URL(origin).host;
    this.credentials = credentials;
    this.clock = clock;
  }

  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable {
    return this.next.send(
      signed(request, this.host, this.credentials, this.clock.nowMs()),
      maxBytes,
      receiver,
    );
  }
}
