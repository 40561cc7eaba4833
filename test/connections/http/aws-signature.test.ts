import { describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../../src/connections/http/auth/auth.js";
import { signed } from "../../../src/connections/http/auth/aws-signature.js";
import type { HttpRequest } from "../../../src/connections/http/http-client.js";
import { Secret } from "../../../src/schema/secret.js";

const credentials: AwsCredentials = {
  kind: "aws_sigv4",
  region: "us-east-1",
  service: "service",
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
  sessionToken: undefined,
};
const nowMs = Date.UTC(2015, 7, 30, 12, 36, 0);

function headersOf(request: Partial<HttpRequest>, host = "example.amazonaws.com", more = {}) {
  const whole = { method: "GET", path: "/", headers: [], body: null, ...request };
  const { headers } = signed(whole, host, { ...credentials, ...more }, nowMs);
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1]!]] : [],
  );
  return Object.fromEntries(pairs) as Record<string, string>;
}

function signatureOf(...args: Parameters<typeof headersOf>): string {
  return headersOf(...args)["authorization"]!.replace(/^.*Signature=/, "");
}

test("the documented example: GET ListUsers of IAM", () => {
  const headers = headersOf(
    {
      path: "/?Action=ListUsers&Version=2010-05-08",
      headers: ["content-type", "application/x-www-form-urlencoded; charset=utf-8"],
    },
    "iam.amazonaws.com",
    { service: "iam" },
  );
  expect(headers["x-amz-date"]).toBe("20150830T123600Z");
  expect(headers["authorization"]).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
      "SignedHeaders=content-type;host;x-amz-date, " +
      "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  );
});

describe("vectors of the published test suite", () => {
  test.each<[string, Partial<HttpRequest>, string]>([
    ["get-vanilla", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    [
      "get-vanilla-query-order-key-case",
      { path: "/?Param2=value2&Param1=value1" },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    ["get-utf8", { path: "/ሴ" }, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"],
    ["post-vanilla", { method: "POST" }, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    [
      "post-x-www-form-urlencoded",
      {
        method: "POST",
        headers: ["Content-Type", "application/x-www-form-urlencoded"],
        body: "Param1=value1",
      },
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
  ])("%s", (_, request, signature) => expect(signatureOf(request)).toBe(signature));
});

test("credentials that end show their token, which is signed", () => {
  const headers = headersOf({}, "example.amazonaws.com", { sessionToken: new Secret("the-token") });
  expect(headers["x-amz-security-token"]).toBe("the-token");
  expect(headers["authorization"]).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token");
});

test("S3 gets the hash of the body, and its path is signed as it is sent", () => {
  const s3 = { service: "s3" };
  const headers = headersOf({ path: "/a%20b" }, "bucket.s3.amazonaws.com", s3);
  expect(headers["x-amz-content-sha256"]).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  expect(signatureOf({ path: "/a%20b" }, "h", s3)).not.toBe(signatureOf({ path: "/a%2520b" }, "h", s3));
});

test("everything that says what is asked changes the signature", () => {
  const all = [
    signatureOf({}),
    signatureOf({ path: "/?a=1" }),
    signatureOf({ path: "/?a=2" }),
    signatureOf({ path: "/b" }),
    signatureOf({ method: "POST", body: "x" }),
    signatureOf({ method: "POST", body: "y" }),
    signatureOf({}, "other.example"),
    signatureOf({ headers: ["X-Amz-Target", "Table.Get"] }),
  ];
  expect(new Set(all).size).toBe(all.length);
});
