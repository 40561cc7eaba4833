import { describe, expect, test } from "vitest";
import { baseUrl } from "../../../src/connections/http/base-url.js";
import { Report } from "../../../src/problems/report.js";
import type { ScalarTree } from "../../../src/schema/tree.js";

const location = { file: "api_sources.yaml", line: 1, column: 1 };

function read(value: string, extras: Partial<ScalarTree> = {}) {
  const report = new Report();
  const tree: ScalarTree = {
    kind: "scalar",
    value,
    location,
    locate: () => location,
    isVariable: false,
    variables: [],
    isSecret: false,
    ...extras,
  };
  const url = baseUrl().check(tree, {
    report,
    readText: () => "",
    env: () => undefined,
    usedVariables: new Set(),
  });
  return { url, codes: report.sorted().map(({ code }) => code), problems: report.sorted() };
}

test.each([
  ["https://api.example", "https://api.example", ""],
  ["https://api.example/", "https://api.example", ""],
  ["http://localhost:8080/v2/", "http://localhost:8080", "/v2"],
  ["HTTP://API.example:80/a b", "http://api.example", "/a%20b"],
  ["http://[::1]:9000", "http://[::1]:9000", ""],
])("%s", (written, origin, path) => {
  expect(read(written).url).toMatchObject({ origin, path, authorization: undefined });
});

test("the path as written is kept too, for URLs that are whole", () => {
  expect(read("https://login.example/token/").url).toMatchObject({ path: "/token", fullPath: "/token/" });
});

test.each([
  ["api.example"],
  ["/v2"],
  ["localhost:8000"],
  ["ftp://api.example"],
  ["file:///etc/passwd"],
  ["https://api.example?key=1"],
  ["https://api.example#top"],
  ["https://"],
])("%s is refused", (written) => {
  expect(read(written).codes).toEqual(["CONFIG_VALUE_INVALID"]);
});

describe("a user and a password", () => {
  test("in the file are refused", () => {
    const { codes, problems } = read("https://app:hunter2@api.example");
    expect(codes).toEqual(["CONFIG_SECRET_LITERAL"]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("in the file are refused also beside a variable for the host", () => {
    const { codes } = read("https://app:hunter2@api.example", {
      variables: ["HOST"],
      written: "https://app:hunter2@${HOST}",
    });
    expect(codes).toEqual(["CONFIG_SECRET_LITERAL"]);
  });

  test.each([["https://app:${API_PASSWORD}@api.example"], ["${API_URL}"]])(
    "from %s are sent as basic",
    (written) => {
      const { url, codes } = read("https://app:p%C3%A4ss%@api.example/v1", { variables: ["X"], written });
      expect(codes).toEqual([]);
      expect(url!.origin).toBe("https://api.example");
      expect(JSON.stringify(url)).not.toContain("app");
      expect(url!.authorization!.reveal()).toBe(`Basic ${Buffer.from("app:päss%").toString("base64")}`);
    },
  );
});
