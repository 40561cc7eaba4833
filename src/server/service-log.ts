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
}

export function serviceLog({ level, logger: own }: ServiceLogOptions): ServiceLog {
  if (own !== undefined) return { logger: own, apply: async () => undefined };
  const output = new LogOutput();
  const logger = createLogger("info", output);
  return {
    logger,
    async apply({ level: fromFile, format, file, rotate }, secrets, environmentLevel) {
      const chosen = chooseLogLevel(level, environmentLevel, fromFile);
      await output.configure({ format, file, rotation: rotate === false ? undefined : rotate, secrets });
      logger.level = chosen;
    },
  };
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
