import { either, list, object, required, withDefault } from "../schema/composites.js";
import { boolean, enumeration, integer, located, pattern, text } from "../schema/scalars.js";
import { mapped, type Schema } from "../schema/schema.js";

/** A proxy whose `X-Forwarded-For` counts: an address, a network, or a name for several of them. */
function trustedProxy(): Schema<string> {
  const words = "an address, a network such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`";
  return mapped(text(words), (found, tree, { report }) => {
    if (["loopback", "linklocal", "uniquelocal"].includes(found)) return found;
    const [address = "", bits] = found.split("/");
    const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined;
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (most ?? 0));
    if (most === undefined || !fits || found.split("/").length > 2) {
      return report.add("CONFIG_VALUE_INVALID", { reason: `"${found}" is not ${words}.` }, tree.location);
    }
    if (bits === undefined || Number(bits) > 0) return found;
    const reason = "This network is everybody, so that every caller could choose its own address.";
    return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
  });
}

function isIpv4(address: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(address) && address.split(".").every((part) => Number(part) <= 255);
}

function isIpv6(address: string): boolean {
  return address.includes(":") && URL.canParse(`http://[${address}]/`);
}

/** `server.trust_proxy`. */
export const trustProxy = either(
  (tree) => tree.kind === "scalar",
  integer({ min: 1, max: 100 }),
  list(trustedProxy()),
);

/** `server.cors`. */
export const cors = mapped(
  object({
    allow_origins: required(
      list(pattern(/^(\*|https?:\/\/[a-z0-9.:[\]_-]+)$/, "an origin such as `https://shop.example`, or `*`")),
      "Whose pages may read replies: origins, or `*` for all.",
    ),
    allow_credentials: withDefault(
      boolean(),
      false,
      "Whether they may send cookies and client certificates.",
    ),
  }),
  ({ allow_origins: origins, allow_credentials: allowsCredentials }, tree, { report }) => {
    if (!origins.includes("*") || !allowsCredentials) return { origins, allowsCredentials };
    const reason = "Credentials cannot be allowed to the pages of everybody.";
    const hint =
      "Name the origins, or leave out `allow_credentials`: `Authorization` and `X-Api-Key` need it not.";
    return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  },
);

/** `server.tls`. */
export const tls = object({
  cert_file: required(located(text("a path")), "The certificate and those that sign it, in PEM."),
  key_file: required(located(text("a path")), "Its private key, in PEM."),
  min_version: withDefault(enumeration(["TLSv1.2", "TLSv1.3"]), "TLSv1.2", "The oldest TLS that is spoken."),
});
