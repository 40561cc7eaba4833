import { createInterface } from "node:readline";
import { endGroup } from "./process-group.js";

/**
 * A program of its own that knows which process groups the service has started. When the service ends, by whatever
 * way, its end of the pipe closes, and this program ends what is left of them. `+12 5000` adds the group 12, which
 * has 5 seconds to end when it is asked to; `-12` forgets it.
 */
const groups = new Map<number, number>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [group, patienceMs] = line.slice(1).split(" ").map(Number);
    if (line.startsWith("+")) groups.set(group!, patienceMs!);
    else groups.delete(group!);
  })
  .on("close", () => {
    const ends = [...groups].map(([group, patienceMs]) => endGroup(group, patienceMs));
    void Promise.all(ends).then(() => process.exit(0));
  });
