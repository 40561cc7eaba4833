/** Numbers of OTLP: what serves a request, what only happens inside, what asks another service. */
export const spanKinds = { internal: 1, server: 2, client: 3 } as const;

/** A piece of work that is over. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: (typeof spanKinds)[keyof typeof spanKinds];
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly isFailed: boolean;
}

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
