import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { HashAnswers } from "../../../src/connections/redis/hash-answers.js";
import { HashFields, type FoundHashes } from "../../../src/connections/redis/hash-read.js";
import { RedisSocket } from "../../../src/connections/redis/redis-socket.js";
import { VirtualClock } from "../../engine/virtual-clock.js";

/** A connection whose other side is the test. */
function connection() {
  const written: Buffer[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  stream.on("error", () => undefined);
  const clock = new VirtualClock();
  const socket = new RedisSocket(stream, 1_000, clock);
  const told: (FoundHashes | Error)[] = [];
  const ask = (keys: readonly string[], names: readonly string[]) => {
    const fields = new HashFields(names.map((name) => Buffer.from(name)));
    const read = { keys: keys.map((key) => Buffer.from(key)), fields };
    const tell = (found: FoundHashes | Error) => void told.push(found);
    socket.send(fields.commands(read.keys), new HashAnswers([read], { succeed: tell, fail: tell }));
  };
  return { clock, stream, socket, told, ask, sent: () => Buffer.concat(written).toString() };
}

function textsOf(found: FoundHashes | Error | undefined): readonly (string | null)[] {
  if (found === undefined || found instanceof Error) throw new Error("nothing was found", { cause: found });
  const [places] = found.places;
  return Array.from({ length: places!.length / 2 }, (_, each) =>
    places![each * 2]! < 0 ? null : String(found.bytes.subarray(places![each * 2], places![each * 2 + 1])),
  );
}

const few = "*2\r\n$1\r\na\r\n$-1\r\n*2\r\n$0\r\n\r\n$4\r\n\r\n\r\n\r\n";

describe("answers of Redis", () => {
  test("a command is written for each key, with lengths in bytes", () => {
    const { ask, sent } = connection();
    ask(["k", "zwölf"], ["f"]);
    const command = (key: string, length: number) =>
      `*3\r\n$5\r\nHMGET\r\n$${length}\r\n${key}\r\n$1\r\nf\r\n`;
    expect(sent()).toBe(command("k", 1) + command("zwölf", 6));
  });

  test("however the bytes are cut, values are found; absent, empty and with line ends in them", async () => {
    for (let cut = 1; cut < few.length; cut++) {
      const { stream, ask, told } = connection();
      ask(["1", "2"], ["x", "y"]);
      stream.push(few.slice(0, cut));
      await turn();
      expect(told).toEqual([]);
      stream.push(few.slice(cut));
      await turn();
      expect(textsOf(told[0])).toEqual(["a", null, "", "\r\n\r\n"]);
    }
  });

  test("answers belong to who asked first, also when they come together", async () => {
    const { stream, socket, ask, told } = connection();
    ask(["1"], ["x"]);
    const pong = socket.call("PING");
    ask(["2"], ["x"]);
    stream.push("*1\r\n$1\r\na\r\n+PONG\r\n*1\r\n$1\r\nb\r\n");
    expect(String(await pong)).toBe("PONG");
    expect(told.map(textsOf)).toEqual([["a"], ["b"]]);
  });

  test("of a whole hash only what is wanted counts, also what is wanted twice", async () => {
    const { stream, ask, told, sent } = connection();
    const names = [...Array.from({ length: 50 }, (_, index) => `f${index}`), "f1"];
    ask(["1"], names);
    expect(sent()).toBe("*2\r\n$7\r\nHGETALL\r\n$1\r\n1\r\n");
    stream.push("*6\r\n$2\r\nf1\r\n$1\r\na\r\n$2\r\nzz\r\n$1\r\nb\r\n$2\r\nf0\r\n$1\r\nc\r\n");
    await turn();
    expect(textsOf(told[0])).toEqual(["c", "a", ...Array.from({ length: 48 }, () => null), "a"]);
  });

  test("a refusal of one key fails its read, and no other", async () => {
    const { stream, ask, told } = connection();
    ask(["1", "2"], ["x"]);
    ask(["3"], ["x"]);
    stream.push("-WRONGTYPE no hash\r\n*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n");
    await turn();
    expect(told[0]).toMatchObject({ name: "ReplyError", message: "WRONGTYPE no hash" });
    expect(textsOf(told[1])).toEqual(["b"]);
  });

  test("a server that answers no more, though it keeps the connection, is given up", async () => {
    const { clock, stream, socket, ask, told } = connection();
    await clock.advance(5_000);
    ask(["1"], ["x"]);
    await clock.advance(900);
    stream.push("*1\r\n$1\r\na\r\n");
    await turn();
    ask(["2"], ["x"]);
    await clock.advance(900);
    expect([told.length, socket.isOpen]).toEqual([1, true]);
    await clock.advance(1_200);
    expect([told[1] instanceof Error, socket.isOpen]).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });

  test.each(["HTTP/1.1 400 Bad Request\r\n", ":7\r\n", "*x\r\n", "*1\r\n$-x\r\n"])(
    "%j is no answer: the connection is given up, and all are told",
    async (bytes) => {
      const { stream, socket, ask, told } = connection();
      ask(["1"], ["x"]);
      ask(["2"], ["x"]);
      stream.push(bytes);
      await turn();
      await turn();
      expect(told.map((each) => each instanceof Error)).toEqual([true, true]);
      expect(socket.isOpen).toBe(false);
    },
  );
});
