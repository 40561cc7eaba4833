import type { FastifyRequest } from "fastify";
import type { ServiceConfig, TracingConfig } from "../config/model.js";
import { packageVersion } from "../host/package-version.js";
import type { Logger } from "../observe/logger.js";
import { metrics as definitions } from "../observe/metrics/definitions.js";
import { RequestTrace } from "../observe/traces/request-trace.js";
import { SpanExporter } from "../observe/traces/span-exporter.js";
import type { Attributes } from "../observe/traces/span.js";
import { readTraceContext } from "../observe/traces/trace-context.js";
import type { RunnableEndpoint } from "../service.js";
import type { ServiceMetrics } from "./service-metrics.js";

interface DescribedStep {
  readonly isCall: boolean;
  readonly attributes: Attributes;
}

export interface TracerTools {
  readonly logger: Logger;
  readonly metrics: ServiceMetrics | undefined;
}

const flushMs = 2_000;
const tellEveryMs = 60_000;

/** Traces the requests of one generation. What can be said of a step beforehand is said when it is made. */
export class ServiceTracer {
  private readonly exporter: SpanExporter;
  private readonly sample: number;
  private readonly steps: ReadonlyMap<string, ReadonlyMap<string, DescribedStep>>;
  private toldAtMs = -Infinity;

  constructor(
    { endpoint, headers, sample }: TracingConfig,
    { app, environment }: ServiceConfig,
    endpoints: readonly RunnableEndpoint[],
    { logger, metrics }: TracerTools,
  ) {
    const count = (result: string, spans: number) =>
      metrics?.registry.counter(definitions.spans, result).add(spans);
    this.sample = sample;
    this.steps = new Map(endpoints.map(({ plan }) => [plan.endpoint.id, describeSteps(plan)]));
    this.exporter = new SpanExporter({
      endpoint,
      headers: Object.fromEntries([...headers].map(([name, value]) => [name, value.reveal()])),
      resource: {
        "service.name": app.name,
        "service.version": app.version,
        "deployment.environment.name": environment.name,
      },
      version: packageVersion(),
      onSent: (spans) => count("sent", spans),
      onLost: (spans, reason) => {
        count("lost", spans);
        if (Date.now() - this.toldAtMs < tellEveryMs) return;
        this.toldAtMs = Date.now();
        logger.warn({ reason }, "Spans were lost.");
      },
    });
  }

  /** Begins the trace of a request to an endpoint. */
  begin({ headers }: FastifyRequest, endpointId: string): RequestTrace {
    const context = readTraceContext(headers["traceparent"] as string | undefined);
    const { tracestate } = headers;
    const steps = this.steps.get(endpointId)!;
    return new RequestTrace({
      context,
      isSampled: context.isSampled ?? Math.random() < this.sample,
      tracestate: context.parentId === undefined || typeof tracestate !== "string" ? undefined : tracestate,
      add: (span) => this.exporter.add(span),
      describeStep: (name) => steps.get(name)!,
    });
  }

  /** Sends what waits, as long as that does not take long. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, flushMs)));
    await Promise.race([this.exporter.flush(), late]);
    clearTimeout(timer);
  }
}

function describeSteps({ steps }: RunnableEndpoint["plan"]): ReadonlyMap<string, DescribedStep> {
  return new Map(
    steps.map(({ name, step }): [string, DescribedStep] => {
      if (step.kind !== "call") return [name, { isCall: false, attributes: {} }];
      const { source, operationName } = step;
      const attributes = { "orchestrator.source": source.id, "orchestrator.operation": operationName };
      return [name, { isCall: true, attributes }];
    }),
  );
}
