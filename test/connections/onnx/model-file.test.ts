import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ModelFileError, readModelFile } from "../../../src/connections/onnx/model-file.js";
import { stripZipMaps, withoutZipMaps } from "../../../src/connections/onnx/strip-zip-maps.js";
import { modelPath, recorded } from "./onnx-fixture.js";
import { writeModel } from "./write-model.js";

const names = readdirSync(new URL("../../fixtures/onnx/", import.meta.url))
  .filter((file) => file.endsWith(".onnx"))
  .map((file) => file.slice(0, -".onnx".length));
const read = (name: string) => readModelFile(readFileSync(modelPath(name)));
/** Python names sequences where this reader describes them; `tensor(float)` there is `tensor(float32)` here. */
const inOurWords = (type: string) => type.replace("tensor(float)", "tensor(float32)");

describe("a model file", () => {
  test.each(names.filter((name) => recorded(name).loadError === undefined))(
    "%s says what ONNX Runtime says of it",
    (name) => {
      const { inputs, outputs } = recorded(name);
      const shapeOf = (shape: readonly unknown[]) =>
        shape.map((length) => (typeof length === "number" ? length : undefined));
      const said = (values: typeof inputs) =>
        values.map(({ name: valueName, type, shape }) => ({
          name: valueName,
          type: inOurWords(type),
          shape: shapeOf(shape),
        }));
      const found = read(name);
      const written = (values: typeof found.inputs) =>
        values.map(({ name: valueName, type, shape, described }) => ({
          name: valueName,
          type: type ?? described,
          shape: shape ?? [],
        }));
      expect(written(found.inputs)).toEqual(said(inputs));
      expect(written(found.outputs)).toEqual(said(outputs));
    },
  );

  test.each([
    ["broken_empty", "it is empty"],
    ["broken_lfs_pointer", "it is a pointer of Git LFS; fetch the file itself with `git lfs pull`"],
    ["broken_text", "it is no ONNX model, or only the beginning of one"],
    ["broken_truncated", "it is no ONNX model, or only the beginning of one"],
  ])("%s is refused: %s", (name, reason) => {
    expect(() => read(name)).toThrow(new ModelFileError(reason));
  });

  test("the classes of classifiers are read, as numbers and as texts", () => {
    expect(read("classifier").classLists).toEqual([["0", "1"]]);
    expect(read("classifier_text_labels").classLists[0]).toHaveLength(3);
  });

  test("files with weights are named", () => {
    expect(read("external_data").weightFiles).toEqual(["external_data.weights"]);
  });

  test("types that cannot be sent have no type here", () => {
    const file = readModelFile(
      writeModel({ nodes: [], inputs: [{ name: "x", type: 16, shape: ["n"] }], outputs: [] }),
    );
    expect(file.inputs).toEqual([
      { name: "x", type: undefined, shape: [undefined], described: "tensor(type 16)" },
    ]);
  });
});

describe("a model with ZipMap", () => {
  test.each(["classifier_zipmap", "classifier_text_zipmap"])("%s is stripped of it", (name) => {
    const bytes = readFileSync(modelPath(name));
    const written = readModelFile(bytes);
    const stripped = readModelFile(stripZipMaps(bytes, written));
    expect(written.zipMaps).toHaveLength(1);
    expect(stripped.zipMaps).toEqual([]);
    const [label, table] = withoutZipMaps(written).outputs;
    expect(label).toEqual(written.outputs[0]);
    expect(table).toMatchObject({ name: "output_probability", fetchedAs: "probabilities", type: "float32" });
    expect(stripped.outputs[1]).toMatchObject({ name: "probabilities", shape: table!.shape });
    expect(table!.shape![1]).toBe(written.zipMaps[0]!.classes.length);
  });

  test("a model without stays byte for byte what it is", () => {
    const bytes = readFileSync(modelPath("classifier"));
    expect(stripZipMaps(bytes, readModelFile(bytes))).toBe(bytes);
  });
});
