import { expect, test } from "vitest";
import { bodyText } from "../../../src/connections/http/body-text.js";
import { HttpReply } from "../../../src/connections/http/http-reply.js";

function text(body: Buffer, contentType?: string): string {
  const headers = contentType === undefined ? [] : [Buffer.from("Content-Type"), Buffer.from(contentType)];
  return bodyText(new HttpReply(200, headers, body));
}

test.each([
  ["no charset", undefined, Buffer.from("Zürich €")],
  ["UTF-8", "application/json; charset=UTF-8", Buffer.from("Zürich €")],
  ["a byte order mark", "application/json", Buffer.from("\uFEFFZürich €")],
  ["Latin 9", 'text/plain; charset="ISO-8859-15"', Buffer.from("5afc726963682 0a4".replace(" ", ""), "hex")],
  ["UTF-16", "text/plain;charset=utf-16le; version=1", Buffer.from("Zürich €", "utf16le")],
])("%s", (_, contentType, body) => {
  expect(text(body, contentType)).toBe("Zürich €");
});

test("the replacement character itself is fine", () => {
  expect(text(Buffer.from("a\uFFFDb"))).toBe("a\uFFFDb");
});

test.each([
  ["bytes that are not UTF-8", "application/json", Buffer.from("Z\u00fcrich", "latin1")],
  ["a charset that nobody knows", "application/json; charset=klingon", Buffer.from("{}")],
  ["bytes that are not of their charset", "text/plain; charset=shift_jis", Buffer.from([0x81])],
])("%s", (_, contentType, body) => {
  expect(() => text(body, contentType)).toThrow(expect.objectContaining({ code: "SOURCE_REPLY_INVALID" }));
});
