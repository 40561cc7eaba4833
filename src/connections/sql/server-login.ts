import type { Secret } from "../../schema/secret.js";

/** Where a database server is, and who speaks to it. */
export interface ServerLogin {
  readonly host: string;
  readonly port: number;
  /** A socket of the machine in place of host and port. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly database: string | undefined;
}
