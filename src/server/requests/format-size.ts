/** A size as people write it in the configuration: `1mb`, `512kb`, `1500b`. */
export function formatSize(bytes: number): string {
  const units = [
    ["gb", 1024 ** 3],
    ["mb", 1024 ** 2],
    ["kb", 1024],
  ] as const;
  const fitting = units.find(([, size]) => bytes >= size && bytes % size === 0);
  return fitting === undefined ? `${bytes}b` : `${bytes / fitting[1]}${fitting[0]}`;
}
