import { describe, expect, test } from "vitest";
import fastCheck from "fast-check";
import { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { readXml } from "../../../src/connections/http/xml/read-xml.js";
import { writeXml } from "../../../src/connections/http/xml/write-xml.js";
import { declaredCharset } from "../../../src/connections/http/xml/declared-charset.js";

describe("reading", () => {
  test.each<[string, unknown]>([
    ["<a/>", { a: null }],
    ["<a></a>", { a: null }],
    ["<a>text</a>", { a: "text" }],
    ["<a> text </a>", { a: " text " }],
    ["<a>  </a>", { a: "  " }],
    ["<a>1</a>", { a: "1" }],
    ["<a b=\"1\" c='2'/>", { a: { "@b": "1", "@c": "2" } }],
    ['<a b="1">text</a>', { a: { "@b": "1", "#text": "text" } }],
    ["<a><b>1</b><c>2</c></a>", { a: { b: "1", c: "2" } }],
    ["<a><b>1</b><c/><b>2</b><b/></a>", { a: { b: ["1", "2", null], c: null } }],
    ["<a>\n  <b/>\n</a>", { a: { b: null } }],
    ["<a>x<b/>y</a>", { a: { b: null, "#text": "xy" } }],
    ["<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;</a>", { a: "<>&\"'AB😀" }],
    ["<a><![CDATA[<b>&amp;]]></a>", { a: "<b>&amp;" }],
    ["<a>x<!-- <b> -->y<?pi z?></a>", { a: "xy" }],
    ['<?xml version="1.0"?>\n<!-- a -->\n<a/>\n<!-- b -->\n', { a: null }],
    [
      "<s:Envelope xmlns:s='urn:s'><s:Body/></s:Envelope>",
      { "s:Envelope": { "@xmlns:s": "urn:s", "s:Body": null } },
    ],
    ["<a>1\r\n2\r3</a>", { a: "1\n2\n3" }],
    ["<é>ü</é>", { é: "ü" }],
    ["<a ><b\n/></a >", { a: { b: null } }],
  ])("%s", (text, value) => expect(readXml(text)).toEqual(value));

  test("a name of Object.prototype is a name like any other", () => {
    const read = readXml('<a><__proto__ x="1"/><constructor/><constructor/></a>') as { a: object };
    expect(Object.keys(read.a)).toEqual(["__proto__", "constructor"]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test.each([
    ["", "nothing"],
    ["text", "no element"],
    ["<a>", "an open element"],
    ["<a></b>", "another end"],
    ["<a/><b/>", "two outermost elements"],
    ["<a/>x", "text behind"],
    ["<a b=1/>", "no quotes"],
    ["<a b='1' b='2'/>", "an attribute twice"],
    ["<a b='1'c='2'/>", "attributes without a blank"],
    ["<a b='<'/>", "an element in an attribute"],
    ["<a>&unknown;</a>", "an unknown entity"],
    ["<a>& b</a>", "a bare ampersand"],
    ["<a>&#0;</a>", "a character that XML cannot hold"],
    ["<a>&#x110000;</a>", "a character beyond all"],
    ["<a>\u0001</a>", "a control character"],
    ["<a><!-- </a>", "an open comment"],
    ["<a><![CDATA[ </a>", "an open section"],
    ["<1/>", "a name that is none"],
    ["<html><br></html>", "HTML"],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a document type"],
    [
      '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><lolz>&lol2;</lolz>',
      "a bomb of entities",
    ],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "an external document type"],
    [`${"<a>".repeat(300)}${"</a>".repeat(300)}`, "too deep a nesting"],
  ])("%s is refused: %s", (text) => {
    expect(() => readXml(text)).toThrow(OrchestratorError);
  });

  test("a long document takes time that grows with it", () => {
    const startMs = performance.now();
    readXml(`<a>${"<b c='1'>x</b>".repeat(100_000)}</a>`);
    readXml(`<a>${"&amp;".repeat(200_000)}</a>`);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe("writing", () => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>';

  test.each<[unknown, string]>([
    [{ a: null }, "<a></a>"],
    [{ a: 1 }, "<a>1</a>"],
    [{ a: { "@b": true, "#text": "t" } }, '<a b="true">t</a>'],
    [{ a: { b: [1, null, { "@c": "x" }], d: null } }, '<a><b>1</b><b c="x"/></a>'],
    [{ a: '<>&"\r\n' }, "<a>&lt;&gt;&amp;&quot;&#13;\n</a>"],
    [{ a: { "@b": '"\n\t<' } }, '<a b="&quot;&#10;&#9;&lt;"/>'],
    [{ a: "]]>" }, "<a>]]&gt;</a>"],
  ])("%j", (value, text) => expect(writeXml(value as never).text).toBe(head + text));

  test.each([
    [null],
    ["text"],
    [{}],
    [{ a: 1, b: 2 }],
    [{ a: [1, 2] }],
    [{ "a b": 1 }],
    [{ "a><script": 1 }],
    [{ a: { "@b c='1'": 1 } }],
    [{ a: { "@b": { c: 1 } } }],
    [{ a: { "#text": [1] } }],
    [{ a: "\u0000" }],
    [{ a: "\ud800" }],
  ])("%j is refused", (value) => expect(writeXml(value as never).fault).toBeTypeOf("string"));
});

test("what is written is read again as it was", () => {
  const text = fastCheck
    .string({ unit: "grapheme", minLength: 1 })
    .filter((each) => writeXml({ a: each }).fault === undefined && each.trim() !== "");
  const { element } = fastCheck.letrec((tie) => ({
    element: fastCheck.oneof(
      { maxDepth: 4 },
      text,
      fastCheck.dictionary(fastCheck.constantFrom("b", "c", "d:e"), tie("member"), { minKeys: 1 }),
    ),
    member: fastCheck.oneof(tie("element"), fastCheck.array(tie("element"), { minLength: 2, maxLength: 3 })),
  }));
  fastCheck.assert(
    fastCheck.property(element, (value) => {
      const { text: written } = writeXml({ root: value as never });
      expect(readXml(written!)).toEqual({ root: value });
    }),
  );
});

test.each([
  ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "iso-8859-1"],
  ["<?xml version='1.0'?><a/>", undefined],
  ["<a encoding='x'/>", undefined],
])("the charset that %s names", (text, charset) => expect(declaredCharset(Buffer.from(text))).toBe(charset));
