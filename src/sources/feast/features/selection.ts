/** What a caller wants: a service, or references to features, and how they are to be called. */
export interface Selection {
  readonly service: string | undefined;
  readonly references: readonly string[];
  /** `view__feature` instead of `feature`. */
  readonly fullNames: boolean;
}

/** Where our steps and Feast's Python server part ways. */
export type Rules = "steps" | "python";

/** Why a selection cannot be read. `reference` is the position of the reference at fault, where there is one. */
export type SelectionFault =
  | { readonly kind: "nothing" }
  | { readonly kind: "reference-invalid"; readonly reference: string; readonly reason: string }
  | { readonly kind: "view-unknown"; readonly name: string; readonly known: readonly string[] }
  | {
      readonly kind: "feature-unknown";
      readonly view: string;
      readonly name: string;
      readonly known: readonly string[];
    }
  | { readonly kind: "service-unknown"; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: "versions-off" | "version-unknown"; readonly view: string; readonly version: string }
  | { readonly kind: "collision"; readonly names: readonly string[]; readonly fullNames: boolean }
  | { readonly kind: "disabled"; readonly name: string }
  | { readonly kind: "not-available"; readonly name: string; readonly state: string }
  | { readonly kind: "needs-server"; readonly name: string; readonly requestFields: readonly string[] };

export class SelectionError extends Error {
  override readonly name = "SelectionError";
  readonly fault: SelectionFault;
  readonly reference: number | undefined;

  constructor(fault: SelectionFault, reference?: number) {
    super(fault.kind);
    this.fault = fault;
    this.reference = reference;
  }
}
