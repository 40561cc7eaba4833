/** One thing that was looked at. A finding is to be put right; a note is only worth knowing. */
export interface Diagnosis {
  readonly area:
    "node" | "package" | "configuration" | "files" | "secrets" | "certificate" | "ports" | "sources";
  readonly status: "fine" | "note" | "finding";
  readonly message: string;
  /** What to do about it; every finding has one. */
  readonly remedy?: string | undefined;
}

export type Area = Diagnosis["area"];

export const fine = (area: Area, message: string): Diagnosis => ({ area, status: "fine", message });

export const note = (area: Area, message: string, remedy?: string): Diagnosis => ({
  area,
  status: "note",
  message,
  remedy,
});

export const finding = (area: Area, message: string, remedy: string): Diagnosis => ({
  area,
  status: "finding",
  message,
  remedy,
});
