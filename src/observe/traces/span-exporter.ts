import { otlpBody } from "./otlp.js";
import type { Attributes, Span } from "./span.js";

export interface ExporterOptions {
  /** The base of the collector, such as http://127.0.0.1:4318; spans go to its /v1/traces. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Attributes;
  readonly version: string;
  /** Told of spans that went, and of those that were lost, with why. */
  readonly onSent: (count: number) => void;
  readonly onLost: (count: number, reason: string) => void;
}

const mostWaiting = 4_096;
const batchSize = 512;
const everyMs = 1_000;
const timeoutMs = 10_000;

/**
 * Sends spans to a collector, many at a time and beside the requests: where it cannot be reached, or is slow, spans are
 * dropped, and no request notices.
 */
export class SpanExporter {
  private readonly options: ExporterOptions;
  private readonly url: string;
  private waiting: Span[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;

  constructor(options: ExporterOptions) {
    this.options = options;
    this.url = `${options.endpoint.replace(/\/+$/, "")}/v1/traces`;
  }

  add(span: Span): void {
    if (this.waiting.length >= mostWaiting) return this.options.onLost(1, "the collector is too slow");
    this.waiting.push(span);
    if (this.waiting.length >= batchSize) this.send();
    else this.timer ??= setTimeout(() => this.send(), everyMs).unref();
  }

  /** Sends what waits. Resolves when it went, or was lost. */
  async flush(): Promise<void> {
    while (this.waiting.length > 0 || this.sending !== undefined) {
      this.send();
      await this.sending;
    }
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.sending !== undefined || this.waiting.length === 0) return;
    const spans = this.waiting.splice(0, batchSize);
    this.sending = this.post(spans).finally(() => {
      this.sending = undefined;
      if (this.waiting.length >= batchSize) this.send();
      else if (this.waiting.length > 0) this.timer ??= setTimeout(() => this.send(), everyMs).unref();
    });
  }

  private async post(spans: readonly Span[]): Promise<void> {
    const { headers, resource, version, onSent, onLost } = this.options;
    try {
      const reply = await fetch(this.url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: otlpBody(resource, version, spans),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await reply.arrayBuffer();
      if (reply.ok) onSent(spans.length);
      else onLost(spans.length, `the collector answered ${reply.status}`);
    } catch (error) {
      const { cause, message } = error as Error;
      onLost(
        spans.length,
        `the collector cannot be reached: ${(cause as Error | undefined)?.message ?? message}`,
      );
    }
  }
}
