import { failLater } from "../../connections/fail-later.js";
import type { Cancellable, Receiver, Source } from "../../contracts/source.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { MlCall } from "./steps/ml-call.js";

/** What stands for models while the service runs with mocks: steps have none, so every call says so. */
export const mockedSource: Source<MlCall> = {
  start: (_call, _parameters, _context, receiver) => refuse(receiver),
  stream: (_call, _parameters, _context, receiver) => refuse(receiver),
  probe: async () => undefined,
  close: async () => undefined,
};

function refuse(receiver: Pick<Receiver, "fail">): Cancellable {
  return failLater(receiver, failure("MOCK_MISSING", {}, { wasSent: false }));
}
