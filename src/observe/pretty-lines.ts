import type { DestinationStream } from "pino";

/** Writes each line as people read it. The module that does it is loaded only here. */
export async function prettyLines(
  destination: DestinationStream,
  isColoured: boolean,
): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const pretty = prettyFactory({ colorize: isColoured, translateTime: "SYS:HH:MM:ss.l", singleLine: true });
  return { write: (line) => destination.write(pretty(line)) };
}
