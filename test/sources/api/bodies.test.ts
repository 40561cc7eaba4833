import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { writeMultipart } from "../../../src/sources/api/body/multipart.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

let server: LocalServer | undefined;
let api: OpenApi | undefined;
afterEach(async () => {
  await api?.source.close();
  await server?.close();
});

interface Received {
  readonly type: string | undefined;
  readonly body: Buffer;
}

/** What the other side receives from one operation, or the code of why nothing was sent. */
async function sent(operation: string, parameters: JsonObject = {}): Promise<Received | string> {
  const received: Received[] = [];
  server = await serve((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      received.push({ type: request.headers["content-type"], body: Buffer.concat(pieces) });
      response.end("{}");
    });
  });
  api = await openApi(`base_url: ${server.url}\noperations:\n  it: { ${operation} }`);
  const outcome = await api.reply("it", parameters).then(
    () => received[0]!,
    (error: { readonly code: string; readonly problem: { readonly wasSent?: boolean } }) => {
      expect(error.problem.wasSent).toBe(false);
      return error.code;
    },
  );
  await server.close();
  return outcome;
}

/** The parts of a multipart body as a standard reader sees them. */
async function formOf({ type, body }: Received): Promise<unknown[]> {
  const form = await new Response(body, { headers: { "content-type": type! } }).formData();
  const parts: unknown[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") parts.push([name, value]);
    else
      parts.push([name, value.name, value.type, Buffer.from(await value.arrayBuffer()).toString("latin1")]);
  }
  return parts;
}

describe("multipart", () => {
  const operation =
    "method: POST, path: /, body_type: multipart, body: { note: $params.note, tags: $params.tags, file: $params.file }";

  test("has values, lists of them, and files; null is left out", async () => {
    const file = { filename: "a.csv", content_type: "text/csv", content: "a,b\n1,ü" };
    const received = (await sent(operation, { note: "hello", tags: ["x", null, 7], file })) as Received;
    expect(await formOf(received)).toEqual([
      ["note", "hello"],
      ["tags", "x"],
      ["tags", "7"],
      ["file", "a.csv", "text/csv", Buffer.from("a,b\n1,ü").toString("latin1")],
    ]);
  });

  test("takes bytes as base64", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    const file = { filename: "b.bin", content: bytes.toString("base64"), encoding: "base64" };
    const received = (await sent(operation, { file })) as Received;
    expect(await formOf(received)).toEqual([
      ["file", "b.bin", "application/octet-stream", bytes.toString("latin1")],
    ]);
  });

  test("no value can end its part or begin another", async () => {
    const evil = 'x"\r\n--part\r\nContent-Disposition: form-data; name="admin"\r\n\r\ntrue';
    const received = (await sent(operation, {
      note: evil,
      file: { filename: evil, content: evil },
    })) as Received;
    const names = (await formOf(received)).map((part) => (part as string[])[0]);
    expect(names).toEqual(["note", "file"]);
    const boundary = /boundary=(.*)$/.exec(received.type!)![1]!;
    const again = (await sent(operation, { note: `\r\n--${boundary}\r\n`, file: null })) as Received;
    expect(await formOf(again)).toEqual([["note", `\r\n--${boundary}\r\n`]]);
  });

  test("is the same for all attempts of a call", () => {
    expect(writeMultipart({ a: 1 })).toEqual(writeMultipart({ a: 1 }));
  });

  test.each<[string, JsonObject]>([
    ["an unknown key of a file", { file: { content: "x", path: "/etc/passwd" } }],
    ["a file without content", { file: { filename: "x" } }],
    ["a content type with a line break", { file: { content: "x", content_type: "text/csv\r\nX: 1" } }],
    ["bytes that are no base64", { file: { content: "???", encoding: "base64" } }],
    ["an unknown encoding", { file: { content: "x", encoding: "hex" } }],
    ["a list in a list", { tags: [[1]] }],
  ])("%s is refused", async (_, parameters) => {
    expect(await sent(operation, parameters)).toBe("PARAMETER_INVALID");
  });

  test("cannot have a Content-Type of its own, which would name no boundary", () => {
    const yaml =
      "base_url: https://api.example\noperations:\n  it: { body_type: multipart, body: { a: 1 }, headers: { Content-Type: multipart/form-data } }";
    expect(checkApi(yaml).problems.map(({ code }) => code)).toEqual(["CONFIG_VALUE_INVALID"]);
  });
});

describe("xml", () => {
  const operation =
    "method: POST, path: /, body_type: xml, body: { order: { '@id': $params.id, item: $params.items } }";

  test("is written with its type", async () => {
    const { type, body } = (await sent(operation, { id: 7, items: ["a<b", "c"] })) as Received;
    expect(type).toBe("application/xml");
    expect(body.toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><order id="7"><item>a&lt;b</item><item>c</item></order>',
    );
  });

  test("a value that XML cannot hold is refused", async () => {
    expect(await sent(operation, { id: "\u0000" })).toBe("PARAMETER_INVALID");
    expect(
      await sent("method: POST, path: /, body_type: xml, body: $params.all", { all: { a: 1, b: 2 } }),
    ).toBe("PARAMETER_INVALID");
  });
});

describe("bytes", () => {
  test("are written as base64", async () => {
    const { type, body } = (await sent("method: POST, path: /, body_type: bytes, body: $params.content", {
      content: Buffer.from([0, 1, 254, 255]).toString("base64"),
    })) as Received;
    expect(type).toBe("application/octet-stream");
    expect([...body]).toEqual([0, 1, 254, 255]);
  });

  test.each(["?", "abc de", "YQ=A", 7])("%s is refused", async (content) => {
    const operation = "method: POST, path: /, body_type: bytes, body: $params.content";
    expect(await sent(operation, { content })).toBe("PARAMETER_INVALID");
  });
});

describe("answers", () => {
  async function value(responseType: string, body: string | Buffer, type?: string) {
    server = await serve((_, response) =>
      response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(body),
    );
    api = await openApi(
      `base_url: ${server.url}\noperations:\n  it: { path: /, response_type: ${responseType} }`,
    );
    return api;
  }

  test("of type form are names and texts, a repeated name a list", async () => {
    expect(await (await value("form", "a=1&b=x+y%20z&a=2&c")).value("it")).toEqual({
      a: ["1", "2"],
      b: "x y z",
      c: "",
    });
  });

  test("of type xml are read by their charset", async () => {
    expect(await (await value("xml", "<a b='1'>ü</a>")).value("it")).toEqual({
      a: { "@b": "1", "#text": "ü" },
    });
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', "latin1");
    expect(await (await value("xml", latin, "text/xml")).value("it")).toEqual({ a: "ü" });
    const said = Buffer.from("<a>ü</a>", "latin1");
    expect(await (await value("xml", said, "text/xml; charset=iso-8859-1")).value("it")).toEqual({ a: "ü" });
    const utf8 = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>';
    expect(await (await value("xml", utf8, "text/xml; charset=utf-8")).value("it")).toEqual({ a: "ü" });
  });

  test("of type xml that are none fail", async () => {
    const { reply, logged } = await value("xml", "<html><br></html>");
    expect((await errorOf(reply("it"))).code).toBe("SOURCE_REPLY_INVALID");
    expect(String(logged[0]!["reason"])).toContain("not XML");
  });

  test("of type bytes are base64, whatever they are", async () => {
    const bytes = Buffer.from([0, 255, 254, 1]);
    expect(await (await value("bytes", bytes)).value("it")).toBe(bytes.toString("base64"));
  });

  test.each(["json", "text", "form", "xml", "bytes"])("of type %s without a body are null", async (type) => {
    expect(await (await value(type, "")).value("it")).toBeNull();
  });
});
