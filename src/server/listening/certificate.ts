import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { TlsConfig } from "../../config/model.js";
import type { Logger } from "../../observe/logger.js";
import { failure } from "../../problems/orchestrator-error.js";

/** How often the files are looked at. */
const checkEveryMs = 2_000;

/** The certificate that the service shows, from files that are replaced while it runs. */
export class Certificate {
  /** What is shown from the start. */
  readonly first: SecureContextOptions;
  private readonly config: TlsConfig;
  private readonly logger: Logger;
  private seen: string;
  private timer: NodeJS.Timeout | undefined;

  /** Throws CERTIFICATE_UNUSABLE. */
  constructor(config: TlsConfig, logger: Logger) {
    this.config = config;
    this.logger = logger;
    this.seen = stampOf(config);
    this.first = readPair(config);
  }

  /** Tells of each new pair, until `close`. One that cannot be used is not told: what was shown before stays. */
  watch(show: (pair: SecureContextOptions) => void): void {
    this.timer = setInterval(() => this.look(show), checkEveryMs).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(show: (pair: SecureContextOptions) => void): void {
    const stamp = stampOf(this.config);
    if (stamp === this.seen) return;
    this.seen = stamp;
    try {
      show(readPair(this.config));
      this.logger.info(
        { path: this.config.certFile },
        "The certificate was replaced; new connections get it.",
      );
    } catch (error) {
      this.logger.error({ err: error }, "The new certificate cannot be used; the one before is shown on.");
    }
  }
}

/** A certificate with its key, as TLS takes them. */
export interface Pair extends SecureContextOptions {
  readonly cert: Buffer;
}

/** Throws CERTIFICATE_UNUSABLE. */
export function readPair({ certFile, keyFile, minVersion }: TlsConfig): Pair {
  try {
    const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const { message } = error as Error;
    throw failure("CERTIFICATE_UNUSABLE", { path: certFile, reason: message }, { cause: error });
  }
}

/** Differs when one of the files was written, replaced, or taken away. */
function stampOf({ certFile, keyFile }: TlsConfig): string {
  return [certFile, keyFile]
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? "none" : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    })
    .join(" ");
}
