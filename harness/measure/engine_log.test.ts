import { expect, test } from "bun:test";
import { logProblems, readEngineLog, sumEngineLogs } from "./engine_log.ts";

const KEYS = (memory: number, disk: number) =>
  `batch_keys=${memory + disk} memory_keys=${memory} disk_keys=${disk} unknown_keys=0 success_keys=${memory + disk} failed_keys=0` +
  ` bytes_by_tier={'memory': ${memory * 100}, 'disk': ${disk * 100}, 'unknown': 0}`;
const TIER = (memory: number, disk: number) =>
  `Mooncake load tier summary: req_id=cmpl-1 ${KEYS(memory, disk)}`;

/** The owner-client branch of May, and vLLM of August: other processes, files and levels in front of the same line. */
const LOGS = {
  vllm_2026_05: [
    `(EngineCore_DP0 pid=4711) INFO 05-12 10:00:01 [mooncake_store_worker.py:391] ${TIER(3, 1)}`,
    "(EngineCore_DP0 pid=4711) WARNING 05-12 10:00:02 [mooncake_store_worker.py:300] Detected Mooncake CPU/disk offloading pressure (NO_AVAILABLE_HANDLE); skipping future store batches for request cmpl-2 until a later store batch succeeds",
    "(EngineCore_DP0 pid=4711) INFO 05-12 10:00:03 [mooncake_store_worker.py:310] Mooncake CPU/offload pressure cleared after a successful store batch",
  ],
  vllm_2026_08: [
    `\u001b[0;36m(Worker_TP0 pid=99)\u001b[0;0m INFO 08-22 10:00:01 [store/worker.py:812] ${TIER(3, 1)}`,
    "(Worker_TP0 pid=99) WARNING 08-22 10:00:02 [store/worker.py:640] Detected Mooncake CPU/disk offloading pressure (NO_AVAILABLE_HANDLE); skipping future store batches for request cmpl-2 until a later store batch succeeds",
    "(Worker_TP0 pid=99) INFO 08-22 10:00:03 [store/worker.py:655] Mooncake CPU/disk offloading pressure cleared after a successful store batch",
  ],
};

test.each(Object.entries(LOGS))(
  "the log of %s gives keys and bytes by tier, and its back-pressure",
  (_, lines) => {
    const log = readEngineLog(["INFO started", ...lines, ""].join("\n"));
    expect(log).toMatchObject({
      get_batches: 1,
      memory_keys: 3,
      disk_keys: 1,
      success_keys: 4,
      failed_keys: 0,
    });
    expect(log).toMatchObject({ memory_bytes: 300, disk_bytes: 100, pressure_starts: 1, pressure_ends: 1 });
    expect(logProblems(log)).toEqual([]);
  },
);

test("what went wrong is counted, and a line that was cut off is not taken for one that is whole", () => {
  const log = readEngineLog(
    [
      "WARNING Skipping Mooncake load for request r because key k requires 99 staging bytes, exceeding budget 9",
      "ERROR Failed to get 2 Mooncake keys from sub-batch (batch_keys=4, first_failures=[('k', -707)])",
      "ERROR Failed to get Mooncake sub-batch ['k'], error: boom",
      "WARNING batch_put failed: 1/8 keys failed (codes={-200}, batch_bytes=1, num_keys=8), first_key=k",
      "INFO Mooncake load tier summary: req_id=r batch_keys=3 mem",
    ].join("\n"),
  );
  expect(logProblems(log)).toEqual(["1 bad_tier_lines", "1 skipped_loads", "2 failed_gets", "1 failed_puts"]);
});

test("the logs of a run's engines add up", () => {
  const sum = sumEngineLogs([readEngineLog(TIER(3, 1)), readEngineLog(TIER(5, 0))]);
  expect(sum).toMatchObject({ get_batches: 2, memory_keys: 8, disk_keys: 1, memory_bytes: 800 });
});
