import { failLater } from "../../../connections/fail-later.js";
import type { HttpRequest, Sender } from "../../../connections/http/http-client.js";
import type { HttpReceiver } from "../../../connections/http/http-exchange.js";
import type { Host } from "../../../contracts/host.js";
import type { Cancellable } from "../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import { Secret } from "../../../schema/secret.js";

/** Where Kubernetes puts the token of a pod, and puts a new one before that ends. */
const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

const freshMs = 60_000;

/** Sends requests with the token of the pod that this runs in, which is read again each minute. */
export class PodTokenSender implements Sender {
  private readonly next: Sender;
  private readonly host: Host;
  private readonly fallback: Secret | undefined;
  private token: Secret | undefined;
  private readAtMs = 0;

  constructor(next: Sender, host: Host, fallback: Secret | undefined) {
    this.next = next;
    this.host = host;
    this.fallback = fallback;
  }

  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable {
    let token: Secret;
    try {
      token = this.current();
    } catch (error) {
      return failLater({ fail: (each) => receiver.failed(each) }, asOrchestratorError(error));
    }
    const headers = [...request.headers, "authorization", `Bearer ${token.reveal()}`];
    return this.next.send({ ...request, headers }, maxBytes, receiver);
  }

  private current(): Secret {
    const nowMs = this.host.clock.monotonicMs();
    if (this.token === undefined || nowMs - this.readAtMs >= freshMs) {
      this.token = this.read();
      this.readAtMs = nowMs;
    }
    return this.token;
  }

  private read(): Secret {
    try {
      const text = new TextDecoder().decode(this.host.files.read(tokenFile)).trim();
      if (text !== "") return new Secret(text);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
    if (this.fallback !== undefined) return this.fallback;
    const reason = `there is no token in ${tokenFile}`;
    throw failure("SOURCE_TOKEN_REFUSED", { reason }, { wasSent: false, cause: new Error(reason) });
  }
}
