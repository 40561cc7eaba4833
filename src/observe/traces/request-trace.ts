import { performance } from "node:perf_hooks";
import type { EventListener, ExecutionEvent } from "../../contracts/events.js";
import type { TraceHeaders } from "../../contracts/source.js";
import { spanKinds, type Attributes, type Span } from "./span.js";
import { newSpanId, traceparent, type TraceContext } from "./trace-context.js";

export interface RequestTraceOptions {
  readonly context: TraceContext;
  /** Where not, the trace is only handed on. */
  readonly isSampled: boolean;
  /** The caller's `tracestate`, which is handed on as it is. */
  readonly tracestate: string | undefined;
  readonly add: (span: Span) => void;
  /** What a step is, by its name. Never a value of a request. */
  readonly describeStep: (name: string) => { readonly isCall: boolean; readonly attributes: Attributes };
}

interface OpenStep {
  readonly spanId: string;
  readonly startMs: number;
  attempts: number;
}

/** The spans of one request: its own, and one for each step that ran. */
export class RequestTrace {
  readonly listener: EventListener | undefined;
  private readonly options: RequestTraceOptions;
  private readonly spanId = newSpanId();
  private readonly startMs = performance.now();
  /** From the clock that never jumps to that of people. */
  private readonly offsetMs = Date.now() - this.startMs;
  private readonly steps = new Map<string, OpenStep>();

  constructor(options: RequestTraceOptions) {
    this.options = options;
    this.listener = options.isSampled ? (event) => this.note(event) : undefined;
  }

  /** What goes out with the calls of the request. */
  get headers(): TraceHeaders {
    return this.headersOf(this.spanId);
  }

  /** What goes out with the calls of a step, which has started. */
  headersOfStep(name: string): TraceHeaders {
    return this.headersOf(this.steps.get(name)?.spanId ?? this.spanId);
  }

  end(name: string, attributes: Attributes, isFailed: boolean): void {
    const { context, isSampled } = this.options;
    if (!isSampled) return;
    const { parentId } = context;
    this.add(
      { spanId: this.spanId, parentId, name, kind: spanKinds.server, attributes, isFailed },
      this.startMs,
    );
  }

  private note(event: ExecutionEvent): void {
    switch (event.kind) {
      case "step-started":
        this.steps.set(event.step, { spanId: newSpanId(), startMs: event.atMs, attempts: 0 });
        break;
      case "call-started":
        this.steps.get(event.step)!.attempts = event.attempt;
        break;
      case "step-ended":
        this.endStep(event.step, event.status, event.error?.code, event.atMs);
        break;
      case "step-cancelled":
        this.endStep(event.step, "cancelled", undefined, event.atMs);
    }
  }

  private endStep(name: string, status: string, code: string | undefined, endMs: number): void {
    const open = this.steps.get(name);
    if (open === undefined) return;
    this.steps.delete(name);
    const { isCall, attributes } = this.options.describeStep(name);
    const all = {
      ...attributes,
      "orchestrator.step.status": status,
      "orchestrator.step.attempts": isCall ? open.attempts : undefined,
      "error.type": code,
    };
    const kind = isCall ? spanKinds.client : spanKinds.internal;
    const isFailed = code !== undefined;
    const { spanId, startMs } = open;
    this.add({ spanId, parentId: this.spanId, name, kind, attributes: all, isFailed }, startMs, endMs);
  }

  private add(
    span: Omit<Span, "traceId" | "startMs" | "endMs">,
    startMs: number,
    endMs = performance.now(),
  ): void {
    const { traceId } = this.options.context;
    const { offsetMs } = this;
    this.options.add({ ...span, traceId, startMs: startMs + offsetMs, endMs: endMs + offsetMs });
  }

  private headersOf(spanId: string): TraceHeaders {
    const { context, tracestate, isSampled } = this.options;
    return { traceparent: traceparent(context.traceId, spanId, isSampled), tracestate };
  }
}
