// The figures of all rounds as one table; the best round of each counts.
export function printTable(figures, { seconds, rounds, connections }) {
  const best = [...figures].map(([{ name }, rows]) => ({
    name,
    ...rows.reduce((a, b) => (b.perSecond > a.perSecond ? b : a)),
  }));
  const base = best[0].perSecond;
  console.log(
    `Node.js ${process.versions.node}, ${connections} connections, best of ${rounds} rounds of ${seconds} s\n`,
  );
  console.log("| server | requests/s | p50 ms | p99 ms | this service against it |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const { name, perSecond, p50, p99 } of best) {
    console.log(
      `| ${name} | ${Math.round(perSecond)} | ${p50} | ${p99} | ${(base / perSecond).toFixed(2)} |`,
    );
  }
}
