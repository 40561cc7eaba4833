import { freeFormAnswer, freeFormRequest } from "./free-form.js";
import type { Protocol } from "./protocol.js";

/** Containers of SageMaker, and endpoints that AWS hosts, whose path is given as `endpoint`. */
export const sagemakerProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  ready: () => ({ path: "/ping" }),
  write(question, model) {
    const request = freeFormRequest(model.endpoint ?? "/invocations", question, model);
    return { ...request, headers: ["accept", request.contentType] };
  },
  read: freeFormAnswer,
};
