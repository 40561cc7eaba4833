import type { RegistryContent } from "./model.js";

/** Where a registry is kept. */
export interface RegistrySource {
  /** For people. Never a secret. */
  readonly shown: string;
  /** What changes when the registry does; cheap to ask for. Rejects where it cannot be read. */
  fingerprint(): Promise<string>;
  /** Rejects with WireError where its bytes are no registry, and with whatever else goes wrong. */
  load(): Promise<RegistryContent>;
  close(): Promise<void>;
}
