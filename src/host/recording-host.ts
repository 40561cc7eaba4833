import { createHash } from "node:crypto";
import type { Host } from "../contracts/host.js";

/** All that was asked of a host: two runs that got the same answers come to the same result. */
export interface HostRecord {
  /** The absolute paths of the files that were read, or tried, in order. */
  readonly files: readonly string[];
  /** A hash over every question and its answer. */
  readonly fingerprint: string;
}

/** A host that writes down what it is asked about files and variables. */
export function recordingHost(host: Host): { readonly host: Host; record(): HostRecord } {
  const answers = new Map<string, string>();
  const files = new Set<string>();
  const note = <T>(question: string, answer: T, asText: (answer: T) => string): T => {
    answers.set(question, asText(answer));
    return answer;
  };
  return {
    host: {
      clock: host.clock,
      uuid: () => host.uuid(),
      env: (name) => note(`env ${name}`, host.env(name), String),
      files: {
        read(path) {
          files.add(path);
          answers.set(`read ${path}`, "failed");
          return note(`read ${path}`, host.files.read(path), digest);
        },
        list: (path) => note(`list ${path}`, host.files.list(path), JSON.stringify),
        kindOf: (path) => note(`kind ${path}`, host.files.kindOf(path), String),
      },
    },
    record: () => ({ files: [...files], fingerprint: digest(JSON.stringify([...answers].sort())) }),
  };
}

function digest(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("base64url");
}
