import type { Answer } from "../backend.js";
import { elementCount, type Tensor, type TensorData } from "../tensors/tensor.js";
import { badResponse } from "../answers/bad-response.js";

/** The part of an answer that is of some of the rows asked about, from `start`. Throws MODEL_BAD_RESPONSE. */
export function cutAnswer(answer: Answer, total: number, start: number, count: number): Answer {
  switch (answer.kind) {
    case "values":
      if (answer.values.length !== total)
        throw badResponse(`it has ${answer.values.length} predictions for ${total} rows`);
      return { ...answer, values: answer.values.slice(start, start + count) };
    case "tensors":
      return { ...answer, outputs: answer.outputs.map((output) => rowsOf(output, total, start, count)) };
    case "whole":
      throw badResponse("it cannot be told which rows it is of");
  }
}

/** An output that is not of rows goes to everyone. */
function rowsOf(output: Tensor, total: number, start: number, count: number): Tensor {
  const [rows, ...inner] = output.shape;
  if (rows !== total) return output;
  const size = elementCount(inner);
  const data: TensorData = output.data.slice(start * size, (start + count) * size);
  return { ...output, shape: [count, ...inner], data };
}
