import { object, optional, withDefault } from "../../schema/composites.js";
import { boolean, enumeration, text } from "../../schema/scalars.js";
import { mapped, type Schema } from "../../schema/schema.js";
import { pemFault } from "./pem-fault.js";
import { textFromFile } from "./text-from-file.js";

/** How the other side of an `https` connection is known. */
export interface TlsRules {
  /** The certificates that are trusted in place of the usual ones, as PEM. */
  readonly ca: string | undefined;
  /** The name that its certificate must have, where it is not that of the URL. */
  readonly serverName: string | undefined;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly verifies: boolean;
}

export function tls(): Schema<TlsRules> {
  return mapped(
    object({
      ca_file: optional(
        textFromFile("the path of a PEM file"),
        "The certificates to trust.",
        "those of Node.js",
      ),
      server_name: optional(
        text(),
        "The name that the other side's certificate must have.",
        "that of `base_url`",
      ),
      min_version: withDefault(
        enumeration(["TLSv1.2", "TLSv1.3"]),
        "TLSv1.2",
        "The oldest version to speak.",
        "`TLSv1.2`",
      ),
      verify: withDefault(
        boolean(),
        true,
        "`false` takes any certificate, so that anyone between can read along.",
      ),
    }),
    ({ ca_file, server_name, min_version, verify }, tree, { report }) => {
      const fault = ca_file === undefined ? undefined : pemFault({ ca: ca_file });
      if (fault !== undefined) {
        const reason = `The certificates of \`ca_file\` cannot be read: ${fault}.`;
        return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
      }
      return { ca: ca_file, serverName: server_name, minVersion: min_version, verifies: verify };
    },
  );
}
