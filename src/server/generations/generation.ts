import { statSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import type { LoadedProject, Service } from "../../service.js";
import type { ServiceTracer } from "../service-tracer.js";
import { RequestsInFlight } from "./requests-in-flight.js";

export interface GenerationParts {
  /** From 1 on, one more with each reload. */
  readonly number: number;
  readonly loaded: LoadedProject;
  readonly service: Service;
  readonly server: FastifyInstance;
  readonly tracer?: ServiceTracer | undefined;
}

export interface ReadFile {
  /** Absolute. */
  readonly path: string;
  /** `undefined` where there is no such file. */
  readonly modifiedAt: Date | undefined;
}

/** One configuration while it serves: its plans and sources, its routes, and the requests that it answers. */
export class Generation {
  readonly number: number;
  readonly loaded: LoadedProject;
  readonly service: Service;
  readonly server: FastifyInstance;
  readonly since = new Date();
  readonly inFlight = new RequestsInFlight();
  /** The files that it was made from, and when each was written last. */
  readonly files: readonly ReadFile[];
  private readonly tracer: ServiceTracer | undefined;
  private closed: Promise<void> | undefined;

  constructor({ number, loaded, service, server, tracer }: GenerationParts) {
    this.tracer = tracer;
    this.number = number;
    this.loaded = loaded;
    this.service = service;
    this.server = server;
    this.files = loaded.record.files.map((path) => ({ path, modifiedAt: modifiedAt(path) }));
  }

  /** Closes its routes, then the sources that no other generation uses. Can be called twice. */
  close(): Promise<void> {
    this.closed ??= this.closeBoth();
    return this.closed;
  }

  private async closeBoth(): Promise<void> {
    try {
      await this.server.close();
    } finally {
      await Promise.all([this.service.close(), this.tracer?.close()]);
    }
  }
}

function modifiedAt(path: string): Date | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtime;
}
