import { either, list, object, optional, required, withDefault } from "../../../schema/composites.js";
import { enumeration, pattern, secretText, text } from "../../../schema/scalars.js";
import { mapped, type CheckContext, type Schema } from "../../../schema/schema.js";
import { Secret } from "../../../schema/secret.js";
import type { Tree } from "../../../schema/tree.js";
import { baseUrl } from "../base-url.js";
import { pemFault } from "../pem-fault.js";
import { headerNamePattern, isHeaderValue, isOwnHeader } from "../header-rules.js";
import { tagged } from "../tagged.js";
import { textFromFile } from "../text-from-file.js";
import type { Auth } from "./auth.js";

const type = <const T extends string>(name: T) => required(enumeration([name]), "The kind of credentials.");

const bearer = mapped(
  object({ type: type("bearer"), token: required(headerSecret("token"), "The token.") }),
  ({ token }): Auth => ({
    kind: "header",
    name: "Authorization",
    value: new Secret(`Bearer ${token.reveal()}`),
  }),
);

const basic = mapped(
  object({
    type: type("basic"),
    username: required(text(), "The name."),
    password: required(secretText("password"), "The password."),
  }),
  ({ username, password }, tree, context): Auth | undefined => {
    if (username.includes(":")) return refuse("A name in basic authentication has no colon.", tree, context);
    const credentials = Buffer.from(`${username}:${password.reveal()}`).toString("base64");
    return { kind: "header", name: "Authorization", value: new Secret(`Basic ${credentials}`) };
  },
);

const apiKey = mapped(
  object({
    type: type("api_key"),
    header: optional(pattern(headerNamePattern, "the name of a header"), "The header that carries the key."),
    query: optional(
      text("the name of a parameter"),
      "The query parameter that carries it, in place of a header.",
    ),
    value: required(headerSecret("value"), "The key."),
  }),
  ({ header, query, value }, tree, context): Auth | undefined => {
    if ((header === undefined) === (query === undefined)) {
      return refuse("An API key stands in either a `header` or a `query` parameter.", tree, context);
    }
    if (query !== undefined) return { kind: "query", name: query, value };
    if (!isOwnHeader(header!)) return { kind: "header", name: header!, value };
    return refuse(`The header "${header}" belongs to the connection and cannot be set.`, tree, context);
  },
);

const clientCredentials = mapped(
  object({
    type: type("oauth2_client_credentials"),
    token_url: required(baseUrl(), "Where tokens are had."),
    client_id: required(text(), "The name of this client."),
    client_secret: required(secretText("client_secret"), "Its secret."),
    scopes: withDefault(list(text()), [], "What the token is to allow.", "none"),
    audience: optional(text(), "Whom the token is for."),
    client_auth: withDefault(
      enumeration(["basic", "body"]),
      "basic",
      "Whether id and secret go in the `Authorization` header or in the body.",
      "`basic`",
    ),
  }),
  (written): Auth => ({
    kind: "oauth2",
    tokenUrl: written.token_url,
    clientId: written.client_id,
    clientSecret: written.client_secret,
    scopes: written.scopes,
    audience: written.audience,
    clientAuth: written.client_auth,
  }),
);

const mtls = mapped(
  object({
    type: type("mtls"),
    cert_file: required(
      textFromFile("the path of a PEM file"),
      "The certificate, with those that lead to its root.",
    ),
    key_file: required(textFromFile("the path of a PEM file"), "Its private key."),
    passphrase: optional(secretText("passphrase"), "What the key is encrypted with."),
  }),
  ({ cert_file, key_file, passphrase }, tree, context): Auth | undefined => {
    const fault = pemFault({ cert: cert_file, key: key_file, passphrase: passphrase?.reveal() });
    if (fault !== undefined)
      return refuse(`This certificate and key cannot be used: ${fault}.`, tree, context);
    return { kind: "mtls", certificate: { certificate: cert_file, key: new Secret(key_file), passphrase } };
  },
);

const awsSigv4 = mapped(
  object({
    type: type("aws_sigv4"),
    region: required(text("a region such as `eu-central-1`"), "The region."),
    service: required(text("a service such as `execute-api`"), "The service."),
    access_key_id: required(text(), "Which key signs."),
    secret_access_key: required(secretText("secret_access_key"), "The key."),
    session_token: optional(secretText("session_token"), "Of credentials that end."),
  }),
  (written): Auth => ({
    kind: "aws_sigv4",
    region: written.region,
    service: written.service,
    accessKeyId: written.access_key_id,
    secretAccessKey: written.secret_access_key,
    sessionToken: written.session_token,
  }),
);

/** Credentials for a source, or `none`. */
export function auth(): Schema<Auth> {
  const none = mapped(enumeration(["none"]), (): Auth => ({ kind: "none" }));
  return either(
    (tree) => tree.kind === "scalar",
    none,
    tagged<Auth>("type", {
      bearer,
      basic,
      api_key: apiKey,
      oauth2_client_credentials: clientCredentials,
      mtls,
      aws_sigv4: awsSigv4,
    }),
  );
}

function headerSecret(key: string): Schema<Secret> {
  return mapped(secretText(key), (value, tree, context) =>
    isHeaderValue(value.reveal())
      ? value
      : refuse("This secret has a character that a header cannot hold, such as a line break.", tree, context),
  );
}

function refuse(reason: string, tree: Tree, { report }: CheckContext): undefined {
  return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
}
