/** What model servers speak, as `protocol` names it. */
export const protocolNames = ["json"] as const;

export type ProtocolName = (typeof protocolNames)[number];
