import { object, withDefault, type ObjectOf } from "../../../schema/composites.js";
import { duration, integer } from "../../../schema/scalars.js";

const keys = {
  max_size: withDefault(integer({ min: 1 }), 32, "Rows of one question to the model at most."),
  max_wait: withDefault(
    duration(),
    2,
    "How long a row waits for others while the model is busy; one that is idle is asked at once.",
    "2ms",
  ),
  max_queue: withDefault(
    integer({ min: 1 }),
    1_024,
    "How many rows may be without their answers; one more fails with 503.",
  ),
};

/** How rows of concurrent requests are asked about together. */
export const batching = object(keys);
export type Batching = ObjectOf<typeof keys>;
