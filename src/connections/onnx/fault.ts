import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { LoadFault, RunFault, RunFaultKind } from "./protocol.js";

/** What an error of a run means, by ONNX Runtime's own words: it has no codes. */
export function runFault(error: unknown): RunFault {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: runWords.find(([form]) => form.test(message))?.[1] ?? "failed", message };
}

const runWords: readonly (readonly [RegExp, RunFaultKind])[] = [
  [/^Non tensor type is temporarily not supported/, "unsupported"],
  [/^Non-zero status code returned while running/, "values"],
  [/Unexpected input data type|Invalid rank for input|Got invalid dimensions for input/, "values"],
  [/is missing in 'feeds'|does not match data length|must be a string/, "values"],
];

/** Why a model could not be loaded, in words that say what to do. */
export function loadFault(error: unknown): LoadFault {
  if (error instanceof OrchestratorError && error.code === "DRIVER_MISSING") {
    const { cause } = error;
    return { kind: "package", reason: cause instanceof Error ? cause.message : String(cause) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const explained = loadWords.find(([form]) => form.test(message));
  if (explained === undefined) return { kind: "model", reason: `ONNX Runtime says: ${firstLine(message)}` };
  return { kind: "model", reason: explained[1](message) };
}

const loadWords: readonly (readonly [RegExp, (message: string) => string])[] = [
  [/Protobuf parsing failed|protobuf parsing failed/, () => "it is no ONNX model, or only a part of one"],
  [/No graph was found|Model data pointer is null/, () => "it is empty"],
  [
    /is not a registered function\/op/,
    (message) => {
      const operator = /([\w.]*:\w+)\(-?\d+\) is not a registered/.exec(message)?.[1] ?? "an operator";
      return `it uses ${operator}, an operator that ONNX Runtime does not have; export it without`;
    },
  ],
  [
    /Unsupported model IR version|opset/i,
    (message) => {
      const found = /Opset (\d+)|IR version: (\d+)/.exec(message);
      const what = found?.[1] === undefined ? `IR version ${found?.[2] ?? "unknown"}` : `opset ${found[1]}`;
      return `it is newer than the installed ONNX Runtime (${what}); install a newer onnxruntime-node, or export it older`;
    },
  ],
  [
    /construct locale/,
    () =>
      'it splits text by the rules of the locale en_US.UTF-8, which this system does not have; install the locale, or export the model with the option `locale: "C"`',
  ],
  [/External data/, (message) => `its weights cannot be read: ${firstLine(message)}`],
];

/** Without the prefix that names a place in the source of ONNX Runtime. */
function firstLine(message: string): string {
  const [line = ""] = message.split("\n");
  return line.replace(/\/\S+\.(?:cc|h):\d+ .*\) (?=[A-Z])/, "").slice(0, 300);
}
