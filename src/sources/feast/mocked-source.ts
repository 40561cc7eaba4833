import type { Source } from "../../contracts/source.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { FeastCall } from "./steps/feast-call.js";

/** What stands for a feature store while the service runs with mocks: steps have none, so every call says so. */
export const mockedSource: Source<FeastCall> = {
  start(_call, _parameters, _context, receiver) {
    let isCancelled = false;
    queueMicrotask(() => isCancelled || receiver.fail(failure("MOCK_MISSING", {}, { wasSent: false })));
    return { cancel: () => void (isCancelled = true) };
  },
  probe: async () => undefined,
  close: async () => undefined,
};
