// The figures of all rounds as one table; the best of each counts.
export function printTable(figures, { seconds, rounds, connections }) {
  const best = [...figures].map(([{ name }, rows]) => ({ name, ...bestOf(rows) }));
  const [{ perSecond, cpuMicroseconds }] = best;
  console.log(
    `Node.js ${process.versions.node}, ${connections} connections, best of ${rounds} rounds of ${seconds} s.`,
  );
  console.log("In brackets: this service against that server.\n");
  console.log("| server | requests/s | p50 ms | p99 ms | CPU µs a request |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const row of best) {
    const rate = `${Math.round(row.perSecond)} (${ratio(perSecond, row.perSecond)})`;
    const cpu =
      row.cpuMicroseconds === undefined
        ? "–"
        : `${Math.round(row.cpuMicroseconds)} (${ratio(cpuMicroseconds, row.cpuMicroseconds)})`;
    console.log(`| ${row.name} | ${rate} | ${row.p50} | ${row.p99} | ${cpu} |`);
  }
}

/** Of the fastest round, but for the processor: another process on the machine can only make it more. */
function bestOf(rows) {
  const fastest = rows.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const used = rows.map((row) => row.cpuMicroseconds).filter((each) => each !== undefined);
  return { ...fastest, cpuMicroseconds: used.length === 0 ? undefined : Math.min(...used) };
}

const ratio = (ours, theirs) => (ours / theirs).toFixed(2);
