import { counter, gauge, histogram, type Definition } from "./definition.js";

const fromMilliseconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;
const upToASecond = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] as const;
const route = ["method", "route"] as const;
const operation = ["source", "operation"] as const;

/** Every metric there is. The reference page and the text for Prometheus are made from this table. */
export const metrics = {
  requests: counter(
    "orchestrator_requests_total",
    "Requests that were answered. `route` is as the configuration writes it; `(none)` where none matched.",
    [...route, "status"],
  ),
  requestDuration: histogram(
    "orchestrator_request_duration_seconds",
    "From the first byte of a request to the end of its reply.",
    route,
    fromMilliseconds,
  ),
  requestsInFlight: gauge("orchestrator_requests_in_flight", "Requests that are not answered yet.", []),
  requestsShed: counter(
    "orchestrator_requests_shed_total",
    "Requests that `server.overload` refused: `in_flight` or `event_loop_delay`. They count nowhere else.",
    ["reason"],
  ),
  steps: counter(
    "orchestrator_steps_total",
    "Steps that ended: `ok`, `failed`, `skipped`, `fallback`, `cached`, `stale` or `cancelled`.",
    ["endpoint", "step", "status"],
  ),
  stepDuration: histogram(
    "orchestrator_step_duration_seconds",
    "How long steps took that started, with all attempts and waits.",
    ["endpoint", "step"],
    fromMilliseconds,
  ),
  sourceCalls: counter(
    "orchestrator_source_calls_total",
    "Attempts that reached a source: `ok`, `cancelled` or the code of the problem.",
    [...operation, "result"],
  ),
  sourceCallDuration: histogram(
    "orchestrator_source_call_duration_seconds",
    "How long single attempts took, those that failed or were given up included.",
    operation,
    fromMilliseconds,
  ),
  retries: counter("orchestrator_retries_total", "Calls that were made again after a failure.", operation),
  hedges: counter("orchestrator_hedges_total", "Second calls beside one that took long.", operation),
  refusedCalls: counter(
    "orchestrator_refused_calls_total",
    "Calls that never reached their source, because of its `breaker` or its `bulkhead`.",
    [...operation, "by"],
  ),
  breakerState: gauge(
    "orchestrator_breaker_state",
    "0 is closed, 1 half open, 2 open; of several processes the worst. `operation` is empty where all share one.",
    operation,
    "max",
  ),
  bulkheadRunning: gauge("orchestrator_bulkhead_running", "Calls that a bulkhead let through.", operation),
  bulkheadWaiting: gauge("orchestrator_bulkhead_waiting", "Calls that wait before a bulkhead.", operation),
  poolConnections: gauge(
    "orchestrator_pool_connections",
    "Open connections of a source, threads of SQLite included: `busy` or `idle`.",
    ["source", "state"],
  ),
  poolWaiting: gauge("orchestrator_pool_waiting", "Calls that wait for a connection.", ["source"]),
  cacheLookups: counter(
    "orchestrator_cache_lookups_total",
    "Looks for a kept value: `hit`, `stale` (too old, used all the same or as a spare) or `miss`.",
    [...operation, "result"],
  ),
  replyLookups: counter(
    "orchestrator_reply_cache_lookups_total",
    "The same of endpoints whose whole replies are kept.",
    ["endpoint", "result"],
  ),
  cacheBytes: gauge("orchestrator_cache_bytes", "Room that kept values take.", []),
  cacheEntries: gauge("orchestrator_cache_entries", "Values that are kept.", []),
  shadowCalls: counter(
    "orchestrator_shadow_calls_total",
    "Copies of calls that shadows got: `sent`, `dropped`, `failed`, `timed_out`, `agreed`, `differed`, `uncompared`.",
    ["step", "operation", "result"],
  ),
  lostRecords: counter(
    "orchestrator_inference_records_lost_total",
    "Records of an `inference_log` that could not be written, or were too many to wait.",
    ["source"],
  ),
  spans: counter("orchestrator_spans_total", "Spans of traces: `sent` to the collector, or `lost`.", [
    "result",
  ]),
  generation: gauge(
    "orchestrator_generation",
    "The number of the configuration that serves: one more with each reload.",
    [],
    "max",
  ),
  reloads: counter("orchestrator_reloads_total", "Reloads: `reloaded`, `unchanged` or `refused`.", [
    "result",
  ]),
  eventLoopDelay: histogram(
    "orchestrator_event_loop_delay_seconds",
    "How late timers are, looked at fifty times a second.",
    [],
    upToASecond,
  ),
  eventLoopActive: counter(
    "orchestrator_event_loop_active_seconds_total",
    "Time in which the event loop worked. Its rate is how busy it is, from 0 to 1 for each process.",
    [],
  ),
  workers: gauge("orchestrator_workers", "Processes that answer requests.", []),
  workerRestarts: counter(
    "orchestrator_worker_restarts_total",
    "Workers that ended without being asked to, and were replaced.",
    [],
  ),
  info: gauge("orchestrator_info", "Always 1 for each process; its labels say what runs.", [
    "version",
    "node",
  ]),
  processCpu: counter("process_cpu_seconds_total", "Time of the processor, threads included.", []),
  processMemory: gauge("process_resident_memory_bytes", "Memory that the system has given.", []),
  heapUsed: gauge("nodejs_heap_used_bytes", "Memory that JavaScript objects take.", []),
  uptime: gauge(
    "orchestrator_uptime_seconds",
    "Since the process started; of several the oldest.",
    [],
    "max",
  ),
} as const satisfies Readonly<Record<string, Definition>>;
