import { serve, closedPort } from "../connections/http/local-server.js";
import { openApi } from "../sources/api/open-api.js";
import { tokenServer } from "../sources/api/token-server.js";
import { sourceConformance } from "./source-conformance.js";

const operations = `
operations:
  get_item: { path: "/items/{id}" }
  get_slowly: { path: /slow }
  get_failure: { path: /failure }
`;

sourceConformance("api", async () => {
  let sent = 0;
  const server = await serve(({ url }, response) => {
    sent++;
    if (url === "/slow") return;
    if (url === "/failure") response.writeHead(500).end("secret-body");
    else response.end(JSON.stringify({ url }));
  });
  const api = await openApi(`base_url: ${server.url}\nheaders: { X-Key: secret-key }${operations}`);
  return {
    source: api.source,
    quickCall: (index) => ({
      call: api.call("get_item"),
      parameters: { id: index },
      value: { url: `/items/${index}` },
    }),
    slowCall: { call: api.call("get_slowly"), parameters: {} },
    failingCall: { call: api.call("get_failure"), parameters: {}, code: "SOURCE_FAILED" },
    nullCall: { call: api.call("get_item"), parameters: { id: null } },
    sentCount: () => sent,
    secrets: ["secret-body", "secret-key", "127.0.0.1"],
    async unreachable() {
      const nowhere = await openApi(`base_url: ${await closedPort()}${operations}`);
      return { source: nowhere.source, call: { call: nowhere.call("get_failure"), parameters: {} } };
    },
    tearDown: () => server.close(),
  };
});

sourceConformance("api with mocks", async () => {
  const api = await openApi(
    `
base_url: http://nowhere.invalid
operations:
  get_item0: { path: "/items/{id}", mock: { body: { index: 0 } } }
  get_item1: { path: "/items/{id}", mock: { body: { index: 1 } } }
  get_item2: { path: "/items/{id}", mock: { body: { index: 2 } } }
  get_slowly: { path: /slow, mock: { delay: 2s } }
  get_failure: { path: /failure, mock: { status: 418 } }
`,
    { isMocked: true },
  );
  return {
    source: api.source,
    quickCall: (index) => ({
      call: api.call(`get_item${index}`),
      parameters: { id: index },
      value: { index },
    }),
    slowCall: { call: api.call("get_slowly"), parameters: {} },
    failingCall: { call: api.call("get_failure"), parameters: {}, code: "SOURCE_FAILED" },
    nullCall: { call: api.call("get_item0"), parameters: { id: null } },
    tearDown: async () => undefined,
  };
});

sourceConformance("api with tokens, pages and redirects", async () => {
  let sent = 0;
  const tokens = await tokenServer();
  const server = await serve(({ url }, response) => {
    sent++;
    if (url === "/slow") return;
    if (url === "/failure") response.writeHead(500).end("secret-body");
    else if (url!.startsWith("/moved/"))
      response.writeHead(302, { location: `/items/${url!.slice(7)}` }).end();
    else response.end(JSON.stringify(url!.includes("page=2") ? [] : [url!.replace(/\?.*$/, "")]));
  });
  const auth = (tokenUrl: string) =>
    `auth: { type: oauth2_client_credentials, token_url: "${tokenUrl}", client_id: shop, client_secret: "\${SECRET}" }`;
  const around = { secrets: { SECRET: "secret-key" } };
  const paged = `
operations:
  get_item: { path: "/moved/{id}", paging: { by: page, param: page } }
  get_slowly: { path: /slow }
  get_failure: { path: /failure }
`;
  const api = await openApi(`base_url: ${server.url}\n${auth(`${tokens.url}/token`)}${paged}`, around);
  return {
    source: api.source,
    quickCall: (index) => ({
      call: api.call("get_item"),
      parameters: { id: index },
      value: [`/items/${index}`],
    }),
    slowCall: { call: api.call("get_slowly"), parameters: {} },
    failingCall: { call: api.call("get_failure"), parameters: {}, code: "SOURCE_FAILED" },
    nullCall: { call: api.call("get_item"), parameters: { id: null } },
    sentCount: () => sent,
    secrets: ["secret-body", "secret-key", "127.0.0.1", "token-1"],
    async unreachable() {
      const url = await closedPort();
      const nowhere = await openApi(`base_url: ${url}\n${auth(url)}${paged}`, around);
      return { source: nowhere.source, call: { call: nowhere.call("get_failure"), parameters: {} } };
    },
    async tearDown() {
      await Promise.all([server.close(), tokens.close()]);
    },
  };
});
