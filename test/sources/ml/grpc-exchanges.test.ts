import { afterEach, describe, expect, test } from "vitest";
import { WireReader } from "../../../src/connections/protobuf/wire-reader.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import type { Question } from "../../../src/sources/ml/backend.js";
import { modelOf, type Model } from "../../../src/sources/ml/model.js";
import { elementType } from "../../../src/sources/ml/protocols/open-inference/datatypes.js";
import { settingsSchema } from "../../../src/sources/ml/settings.js";
import { tensorData } from "../../../src/sources/ml/tensors/tensor-bytes.js";
import { exchangesOf } from "./exchanges.js";
import { backendOf, predicted, serve, stop, told } from "./grpc-server.js";

interface Exchange {
  readonly name: string;
  readonly method: string;
  readonly request: { readonly hex: string; readonly decoded: JsonObject | null };
  readonly response: {
    readonly status: string;
    readonly code: number;
    readonly hex?: string;
    readonly message?: string;
  };
}

afterEach(stop);

/** We send no id, so the recorded one does not count; nor does the order of parameters, which are a map. */
function comparable(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  const reader = new WireReader(bytes);
  const fields: (readonly [field: number, hex: string])[] = [];
  for (let start = 0, field = reader.nextField(); field !== 0; field = reader.nextField()) {
    reader.skip();
    if (field !== 3) fields.push([field, bytes.toString("hex", start, reader.position)]);
    start = reader.position;
  }
  const parameters = fields.flatMap(([field, text]) => (field === 4 ? [text] : [])).sort();
  return fields.map(([field, text]) => (field === 4 ? parameters.shift()! : text)).join("");
}

function questionOf({
  decoded,
}: Exchange["request"]): { question: Question; model: Partial<Model> } | undefined {
  const {
    inputs = [],
    outputs,
    parameters = {},
    raw_input_contents: raw,
    model_version: version,
  } = decoded ?? {};
  const given = (inputs as readonly JsonObject[]).map((input, index) => {
    const shape = (input["shape"] as readonly string[]).map(Number);
    const count = shape.reduce((product, size) => product * size, 1);
    const type = elementType(input["datatype"]);
    const bytes = (raw as readonly string[] | undefined)?.[index];
    const contents = Object.entries((input["contents"] ?? {}) as JsonObject);
    if (type === undefined || (bytes !== undefined && contents.length > 0)) return undefined;
    const data =
      bytes === undefined
        ? valuesIn(contents)
        : tensorData(type, Buffer.from(bytes, "base64"), count) &&
          plain(type, Buffer.from(bytes, "base64"), count);
    return data?.length === count ? ([String(input["name"]), { shape, type, data }] as const) : undefined;
  });
  if (given.some((tensor) => tensor === undefined)) return undefined;
  const tensors = Object.fromEntries(given as (readonly [string, JsonValue])[]);
  const sent = Object.entries(parameters as JsonObject).map(([name, value]) => {
    const [[kind, plainValue]] = Object.entries(value as JsonObject) as [[string, JsonValue]];
    return [name, kind === "int64_param" ? Number(plainValue) : plainValue] as const;
  });
  const names = (outputs as readonly JsonObject[] | undefined)?.map(({ name }) => String(name));
  return {
    question: { kind: "tensors", tensors, parameters: Object.fromEntries(sent) },
    model: {
      version: version as string | undefined,
      binary: raw !== undefined,
      outputs: names && { names, label: undefined, probabilities: undefined },
    },
  };
}

function valuesIn(contents: readonly (readonly [string, JsonValue])[]): readonly JsonValue[] {
  const [[field, values] = ["", []]] = contents;
  if (field !== "bytes_contents") return values as readonly JsonValue[];
  return (values as readonly string[]).map((value) => Buffer.from(value, "base64").toString("utf8"));
}

function plain(type: Parameters<typeof tensorData>[0], bytes: Buffer, count: number): readonly JsonValue[] {
  return Array.from(tensorData(type, bytes, count) as ArrayLike<JsonValue | bigint>, (value) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

describe.each([
  ["triton-grpc", 22],
  ["kserve-grpc", 15],
  ["mlserver-grpc", 16],
])("%s", (folder, caused) => {
  const exchanges = exchangesOf<Exchange>(folder);

  test("what can be asked is asked byte by byte, and every answer is read", async () => {
    const lines: string[] = [];
    let count = 0;
    for (const { name, method, request, response } of exchanges) {
      const kind = method.split("/").at(-1)!;
      const reply = response.hex === undefined ? undefined : Buffer.from(response.hex, "hex");
      const { url, asked } = await serve(() => ({
        code: response.code,
        ...(reply === undefined ? {} : { message: reply }),
        words: response.message ?? "",
      }));
      const derived = kind === "ModelInfer" ? questionOf(request) : undefined;
      const modelName = String(request.decoded?.["model_name"] ?? request.decoded?.["name"]);
      const own = { ...modelOf(modelName, settingsSchema.empty(), undefined), ...derived?.model };
      const backend = backendOf(url, own);
      const question = derived?.question ?? { kind: "tensors", tensors: {}, parameters: {} };
      const found = await told(async () => {
        if (kind === "ModelInfer") return predicted(backend, question, own);
        if (kind === "ModelReady") return backend.ready().then(() => "ready");
        await backend.learn!();
        return JSON.stringify(backend.signature!.inputs.map(({ name: input, type }) => `${input} ${type}`));
      });
      const isCaused = kind !== "ModelInfer" || derived !== undefined;
      if (isCaused) {
        count += 1;
        const sent = [asked[0]!.method, comparable(asked[0]!.message.toString("hex"))];
        expect([name, ...sent]).toEqual([name, method, comparable(request.hex)]);
      }
      lines.push(`${isCaused ? "" : "(answer) "}${name}: ${found}`);
      await stop();
    }
    await expect(lines.join("\n") + "\n").toMatchFileSnapshot(`./outcomes/${folder}.txt`);
    expect(count).toBe(caused);
  });
});
