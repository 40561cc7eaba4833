// `node bench/feast-overhead.mjs`: how much longer a reply takes for its features, after `npm run build`: one row with 50
// features of 5 views, through a step and through Feast's own protocol, against an endpoint of the same service that asks
// nothing of anybody. Requests go one by one, in turn to each, on the same connection; each round gives the difference of
// the p50 and of the p99, and the median of the rounds counts.
import { parseArgs } from "node:util";
import {
  bareJob,
  exposedAt,
  hasRedis,
  protocolJob,
  runLoad,
  shapes,
  startService,
  stepJob,
  withProject,
} from "./feast-project.mjs";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "redis" },
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "2000" },
    pause: { type: "string", default: "1" },
  },
});
const shape = shapes[1];

if (values.store === "redis" && !hasRedis()) throw new Error("redis-server is not installed.");
console.log(
  `Node.js ${process.versions.node}, 1 row, ${shape.name} features and views, ${values.store}; milliseconds.\n`,
);
await withProject(values.store, async (project) => {
  const server = await startService(project);
  try {
    await measure(server.url);
  } finally {
    await server.stop();
  }
});

async function measure(url) {
  const ways = {
    bare: bareJob(url, 1),
    step: stepJob(url, shape, 1),
    expose: protocolJob(exposedAt(url), shape, 1),
  };
  const job = {
    targets: Object.values(ways),
    requests: Number(values.requests),
    pauseMs: Number(values.pause),
  };
  await runLoad("bench/paced-load.mjs", job);
  const added = Object.keys(ways).map(() => []);
  console.log("| round | | p50 | p99 | adds p50 | adds p99 |");
  console.log("| ---: | --- | ---: | ---: | ---: | ---: |");
  for (let round = 1; round <= Number(values.rounds); round++) {
    const found = await runLoad("bench/paced-load.mjs", job);
    for (const [index, way] of Object.keys(ways).entries()) {
      const { p50, p99 } = found[index];
      const more = { p50: p50 - found[0].p50, p99: p99 - found[0].p99 };
      added[index].push(more);
      printRow(round, way, p50, p99, more);
    }
  }
  for (const [index, way] of Object.keys(ways).entries()) {
    if (index === 0) continue;
    const of = (name) => median(added[index].map((each) => each[name]));
    printRow("median", way, NaN, NaN, { p50: of("p50"), p99: of("p99") });
  }
}

function printRow(round, way, p50, p99, more) {
  const cells = [p50, p99, more.p50, more.p99].map((each) =>
    Number.isNaN(each) ? "" : (each / 1_000).toFixed(2),
  );
  console.log(`| ${[round, way, ...cells].join(" | ")} |`);
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
