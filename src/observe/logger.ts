import pino, { type DestinationStream, type Logger } from "pino";
import { failure } from "../problems/orchestrator-error.js";
import { redactFacts } from "./redact-facts.js";

export type { Logger } from "pino";

/** From the most talkative to none at all. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A logger whose lines have `level`, `time` (ISO 8601) and `msg`. `facts` stand in each. Errors show their type, message and stack alone. */
export function createLogger(level: LogLevel, output: DestinationStream, facts?: object): Logger {
  return pino(
    {
      level,
      base: facts ?? null,
      timestamp: isoTime(),
      formatters: { level: (label) => ({ level: label }), log: redactFacts },
      serializers: { err: describeError },
    },
    output,
  );
}

/**
 * The level that holds: of the command line, else of `LOG_LEVEL`, else of the file. Case does not matter.
 * Throws CONFIG_VALUE_UNKNOWN for a word that is no level.
 */
export function chooseLogLevel(
  fromCommandLine: string | undefined,
  fromEnvironment: string | undefined,
  fromFile: LogLevel,
): LogLevel {
  if (fromCommandLine !== undefined) return checkLevel(fromCommandLine, "--log-level");
  return fromEnvironment ? checkLevel(fromEnvironment, "LOG_LEVEL") : fromFile;
}

function checkLevel(word: string, setting: string): LogLevel {
  const level = logLevels.find((each) => each === word.toLowerCase());
  if (level !== undefined) return level;
  const hint = `Set ${setting} to one of ${logLevels.join(", ")}.`;
  throw failure("CONFIG_VALUE_UNKNOWN", { found: word, known: logLevels }, { hint });
}

/** ISO 8601, made once a millisecond: it would be the dearest part of a line otherwise. */
function isoTime(): () => string {
  let latestMs = 0;
  let text = "";
  return () => {
    const nowMs = Date.now();
    if (nowMs !== latestMs) {
      latestMs = nowMs;
      text = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return text;
  };
}

/** Drivers hang queries and rows on their errors; those are not for logs. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}
