import { expect, test, vi } from "vitest";
import { firstAnswer, freePort, generatedProject, startScript } from "../templates/started-project.js";

vi.setConfig({ testTimeout: 90_000 });

test("run.ts starts the traffic API and the service, and ends both at SIGTERM", async () => {
  const port = await freePort();
  const service = startScript(generatedProject("demo"), "run.ts", ["--port", String(port)]);
  const url = `http://127.0.0.1:${port}/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4`;
  const reply = await firstAnswer(url, service);
  expect(await reply.json()).toMatchObject({ distance: 1235, traffic: { departures: 1861 } });
  expect(reply.headers.get("x-orchestrator-complete")).toBe("true");
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});
