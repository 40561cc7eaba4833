/**
 * What V8 is to be told of its collector, as a process that serves has it on so many processors. Where there is one, the threads
 * that share a short collection wait for each other: one thread alone needs a third of the time.
 */
export function collectorFlags(processors: number): string | undefined {
  return processors === 1 ? "--no-parallel-scavenge" : undefined;
}
