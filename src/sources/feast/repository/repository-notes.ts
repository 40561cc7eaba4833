import type { Place } from "./repository-error.js";
import type { RepositoryText } from "./repository-text.js";

/** A setting that changes nothing here. */
export interface UnusedSetting {
  readonly name: string;
  readonly reason: string;
  /** The settings that there are, where it may be a misspelt one. */
  readonly known: readonly string[] | undefined;
  readonly place: Place;
}

/** A file that a setting names, relative to the repository. */
export interface NamedFile {
  readonly path: string;
  readonly place: Place;
}

/** What one connection is encrypted with. */
export type CertificateFiles = Partial<Readonly<Record<"ca" | "cert" | "key", NamedFile>>>;

/** What is found beside the settings themselves while a `feature_store.yaml` is read. */
export class RepositoryNotes {
  readonly unused: UnusedSetting[] = [];
  readonly certificates: CertificateFiles[] = [];
  readonly text: RepositoryText;

  constructor(text: RepositoryText) {
    this.text = text;
  }
}
