import { beforeAll, describe, expect, test } from "vitest";
import { pem, identity } from "../connections/http/certificates.js";
import type { DatabaseServer } from "../servers/database-server.js";
import { openDatabase, type OpenedDatabase } from "../sources/database/database-fixture.js";
import type { errorOf } from "./source-conformance.js";

/** Queries that tell of the connection that they run on. */
export interface ConnectionWords {
  readonly isEncrypted: string;
  /** A number that no other connection has. */
  readonly connection: string;
  /** What the server calls the program behind it. */
  readonly applicationName: string;
}

const files = { "authority.pem": pem("authority.pem"), "stranger.pem": pem("stranger.pem") };
const [authority, stranger] = Object.keys(files).map((name) => `ca_file: ${name}\n`) as [string, string];

/** How connections to a server are made: encrypted and to whom, under which name, and for how long. */
export function serverConnections(
  dialect: string,
  words: ConnectionWords,
  server: () => DatabaseServer,
): void {
  const operations = `
encrypted: { query: "${words.isEncrypted}", returns: value }
connection: { query: "${words.connection}", returns: value }
add: { query: "INSERT INTO notes VALUES (:id)", params: { id: { type: integer } } }
name: { query: "${words.applicationName}", returns: value }
`;
  const open = (keys: string, host = "localhost") => {
    const source = server().source("connections", keys).replace("127.0.0.1", host);
    return openDatabase({ source, operations, files });
  };
  const using = async <T>(database: OpenedDatabase, use: (database: OpenedDatabase) => Promise<T>) => {
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  };
  /** Whether a connection is encrypted, or why there is none. */
  const outcome = async (keys: string, host?: string) =>
    using(await open(keys, host), async (database) => {
      try {
        return [1, true, "1"].includes((await database.run("encrypted")) as never) ? "encrypted" : "plain";
      } catch (error) {
        const { code, problem } = error as Awaited<ReturnType<typeof errorOf>>;
        expect([code, problem.wasSent]).toEqual(["SOURCE_UNREACHABLE", false]);
        const [line] = database.log.filter(({ level }) => level === "warn");
        expect(line?.message).not.toContain("secret-password");
        return line?.message.replace("The database cannot be reached: ", "");
      }
    });

  describe(`${dialect}: connections`, () => {
    beforeAll(async () => {
      await server().createDatabase("connections");
      await server().admin("connections", "CREATE TABLE notes (id INTEGER PRIMARY KEY)");
    });

    describe("to a server without TLS", () => {
      beforeAll(() => server().show(undefined), 30_000);

      test.each(["", "ssl: disable\n", "ssl: prefer\n"])("are made, and plain, with `%s`", async (keys) => {
        expect(await outcome(keys)).toBe("plain");
      });

      test.each(["require", "verify-ca", "verify-full"])("are not made with `ssl: %s`", async (mode) => {
        expect(await outcome(`ssl: ${mode}\n${authority}`)).toMatch(/does not support (SSL|secure)/);
      });
    });

    describe("to a server with a certificate of its name", () => {
      beforeAll(() => server().show(identity("named")), 30_000);

      test.each([
        ["disable", "", "plain"],
        ["prefer", "", "encrypted"],
        ["prefer", stranger, "encrypted"],
        ["require", "", "encrypted"],
        ["require", stranger, "encrypted"],
        ["verify-ca", authority, "encrypted"],
        ["verify-full", authority, "encrypted"],
      ])("with `ssl: %s` and `%s` are %s", async (mode, ca, expected) => {
        expect(await outcome(`ssl: ${mode}\n${ca}`)).toBe(expected);
      });

      test.each(["verify-ca", "verify-full"])(
        "are not made with `ssl: %s` and another authority",
        async (mode) => {
          expect(await outcome(`ssl: ${mode}\n${stranger}`)).toMatch(/certificate/);
          expect(await outcome(`ssl: ${mode}\n`)).toMatch(/certificate/);
        },
      );

      test("by its address, which the certificate does not name, are made with `verify-ca`", async () => {
        expect(await outcome(`ssl: verify-ca\n${authority}`, "127.0.0.1")).toBe("encrypted");
      });

      // Of MySQL, `check` refuses this.
      test.runIf(dialect === "postgresql")("and not with `verify-full`", async () => {
        expect(await outcome(`ssl: verify-full\n${authority}`, "127.0.0.1")).toMatch(/127\.0\.0\.1/);
      });
    });

    describe("to a server with the certificate of another", () => {
      beforeAll(() => server().show(identity("elsewhere")), 30_000);

      test("are made with `verify-ca`, not with `verify-full`", async () => {
        expect(await outcome(`ssl: verify-ca\n${authority}`)).toBe("encrypted");
        expect(await outcome(`ssl: verify-full\n${authority}`)).toMatch(/localhost.*elsewhere\.example/s);
      });
    });

    describe("to a server whose certificate has expired", () => {
      beforeAll(() => server().show(identity("expired")), 30_000);

      test("are made where nobody looks at it, and not where it is verified", async () => {
        expect(await outcome("ssl: require\n")).toBe("encrypted");
        expect(await outcome(`ssl: verify-ca\n${authority}`)).toMatch(/expired/);
        expect(await outcome(`ssl: verify-full\n${authority}`)).toMatch(/expired/);
      });
    });

    describe("are replaced", () => {
      beforeAll(() => server().show(undefined), 30_000);

      test("when they are too old, and no call fails", async () => {
        await using(await open("pool_size: 2\nmax_lifetime: 100ms\n"), async (database) => {
          const seen = new Set<unknown>();
          const endsMs = performance.now() + 1_500;
          let id = 0;
          const load = Array.from({ length: 6 }, async () => {
            while (performance.now() < endsMs) {
              seen.add(await database.run("connection"));
              expect(await database.run("add", { id: id++ })).toMatchObject({ affected_rows: 1 });
            }
          });
          await Promise.all(load);
          expect(seen.size).toBeGreaterThan(4);
          expect(seen.size).toBeLessThan(60);
          expect(database.log).toEqual([]);
        });
      });

      test("when they became too old while nobody used them", async () => {
        await using(await open("max_lifetime: 200ms\nidle_timeout: 1h\n"), async (database) => {
          const first = await database.run("connection");
          expect(await database.run("connection")).toBe(first);
          await new Promise((resolve) => setTimeout(resolve, 250));
          expect(await database.run("connection")).not.toBe(first);
        });
      });

      test("even where they live for no time at all", async () => {
        await using(await open("pool_size: 1\nmax_lifetime: 0ms\n"), async (database) => {
          const first = await database.run("connection");
          expect(await database.run("connection")).not.toBe(first);
        });
      });
    });

    test("have the name that `application_name` gives", async () => {
      await using(await open("application_name: shop of oaks\n"), async (database) => {
        expect(await database.run("name")).toBe("shop of oaks");
      });
      await using(await open(""), async (database) => {
        expect(await database.run("name")).toBe("orchestrator-api-service");
      });
    });
  });
}
