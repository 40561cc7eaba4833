import type { CacheStore } from "../../contracts/cache-store.js";
import type { Wrap } from "./run-call.js";

/** Purges tags when a write is over, unless it is certain that nothing was written. */
export function withInvalidation(tags: readonly string[], store: CacheStore): Wrap {
  return (next) => (parameters, context, receiver) => {
    let isOver = false;
    const purge = () => {
      isOver = true;
      void store.purge(tags);
    };
    const call = next(parameters, context, {
      succeed: (reply) => {
        purge();
        receiver.succeed(reply);
      },
      fail: (error) => {
        if (error.problem.wasSent !== false) purge();
        isOver = true;
        receiver.fail(error);
      },
    });
    return {
      cancel: () => {
        call.cancel();
        if (!isOver) purge();
      },
    };
  };
}
