import { join, parse } from "node:path";
import type { LoggingConfig } from "../config/model.js";
import type { SourceLog } from "../contracts/source.js";
import { LogOutput } from "../observe/log-output.js";
import { chooseLogLevel, createLogger, type Logger } from "../observe/logger.js";
import type { Problem } from "../problems/problem.js";

/** The log of a service, whose settings follow its configuration. */
export interface ServiceLog {
  readonly logger: Logger;
  /** Makes settings hold from the next line on. Throws CONFIG_VALUE_UNKNOWN for a level that is none. */
  apply(
    logging: LoggingConfig,
    secrets: ReadonlySet<string>,
    environmentLevel: string | undefined,
  ): Promise<void>;
}

export interface ServiceLogOptions {
  /** Wins over the environment and the file. */
  readonly level?: string | undefined;
  /** A logger of one's own, to which no setting applies. */
  readonly logger?: Logger | undefined;
  /** The number of the worker that this process is: it stands in every line, and in the name of its file. */
  readonly worker?: number | undefined;
}

export function serviceLog({ level, logger: own, worker }: ServiceLogOptions): ServiceLog {
  if (own !== undefined) return { logger: own, apply: async () => undefined };
  const output = new LogOutput();
  const logger = createLogger("info", output, worker === undefined ? undefined : { worker });
  return {
    logger,
    async apply({ level: fromFile, format, file: named, rotate }, secrets, environmentLevel) {
      const file = named === undefined || worker === undefined ? named : fileOf(named, worker);
      const chosen = chooseLogLevel(level, environmentLevel, fromFile);
      await output.configure({ format, file, rotation: rotate === false ? undefined : rotate, secrets });
      logger.level = chosen;
    },
  };
}

/** `logs/app.log` of worker 2 is `logs/app.worker-2.log`: two processes cannot put one file aside. */
function fileOf(path: string, worker: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.worker-${worker}${ext}`);
}

/** What sources tell the operator, as lines of the log. */
export function sourceLog(logger: Logger): SourceLog {
  return (level, message, facts) => logger[level](facts ?? {}, message);
}

/** Writes down what a check found: notes for those who look closely, warnings and errors for all. */
export function logProblems(problems: readonly Problem[], logger: Logger): void {
  for (const { severity, code, message, hint, location } of problems) {
    const facts = { code, hint, location };
    if (severity === "note") logger.debug(facts, message);
    else if (severity === "warning") logger.warn(facts, message);
    else logger.error(facts, message);
  }
}
