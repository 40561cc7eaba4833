import pino, { type DestinationStream, type Logger } from "pino";
import { failure } from "../problems/orchestrator-error.js";

export type { Logger } from "pino";

/** From the most talkative to none at all. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Without one: pretty on a terminal, else one JSON object a line. */
  readonly format?: "json" | "pretty" | undefined;
  /** Where lines go; by default stdout, written before the call returns, so that none is lost at exit. */
  readonly destination?: DestinationStream | undefined;
}

/** A logger whose lines have `level`, `time` (ISO 8601) and `msg`. Errors show their type, message and stack alone. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const format = options.format ?? (process.stdout.isTTY ? "pretty" : "json");
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: isoTime(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    format === "pretty" ? await prettyStream(destination) : destination,
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

async function prettyStream(destination: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const isColoured = process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  const pretty = prettyFactory({ colorize: isColoured, translateTime: "SYS:HH:MM:ss.l", singleLine: true });
  return { write: (line) => destination.write(pretty(line)) };
}

/** Drivers hang queries and rows on their errors; those are not for logs. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}
