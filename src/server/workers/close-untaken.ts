import type { Worker } from "node:cluster";

/**
 * The parent hands a worker one connection at a time, and Node.js forgets the one that a worker had not taken when it
 * died: its caller would wait for ever. This closes it.
 */
export function closeUntaken({ process: child }: Worker): void {
  const send = child.send.bind(child) as (...all: readonly unknown[]) => boolean;
  let handed: { close?(): void } | undefined;
  const noting = (message: unknown, handle?: { close?(): void }, ...rest: readonly unknown[]) => {
    if (typeof handle?.close === "function") handed = handle;
    return send(message, handle, ...rest);
  };
  child.send = noting as typeof child.send;
  // One that was taken is closed here already, and closing it again does nothing.
  child.once("exit", () => handed?.close?.());
}
