import { BlockList, isIP } from "node:net";

const networks = new BlockList();

/** What never is a public host: own networks, link-local and metadata addresses, and what is reserved. */
const v4Networks: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Forms that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are refused as a whole but for mapped ones. */
const v6Networks: readonly (readonly [string, number])[] = [
  ["::", 128],
  ["::1", 128],
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 32],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

for (const [network, bits] of v4Networks) networks.addSubnet(network, bits, "ipv4");
for (const [network, bits] of v6Networks) networks.addSubnet(network, bits, "ipv6");

/** Whether an IP address, such as `10.0.0.1`, `::ffff:10.0.0.1` or `fe80::1%eth0`, belongs to no public host. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const version = isIP(plain);
  if (version === 4) return networks.check(plain, "ipv4");
  if (version === 0) return true;
  const mapped = mappedV4(plain);
  return mapped === undefined ? networks.check(plain, "ipv6") : networks.check(mapped, "ipv4");
}

/** The IPv4 address inside an IPv4-mapped one, however that is written. */
function mappedV4(address: string): string | undefined {
  const { hostname } = new URL(`http://[${address}]`);
  const found = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (found === null) return undefined;
  const [high, low] = [parseInt(found[1]!, 16), parseInt(found[2]!, 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}
