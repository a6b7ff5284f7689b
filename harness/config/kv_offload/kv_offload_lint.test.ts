import { expect, test } from "bun:test";
import { MIB } from "../../domain/units.ts";
import { formatConfigProblem } from "../config_problem.ts";
import { parseDeployment } from "./kv_offload_file.ts";
import { type LintFinding, lintDeployment } from "./kv_offload_lint.ts";

const OFFLOAD = { type: "mooncake", cpu: { num_bytes: 100 * MIB }, disk: { path: "/mnt/nvme" } };
const BASE = {
  inference: { kv_cache_offload: OFFLOAD },
  launcher: "local",
  master: { offload_on_evict: true },
};

function lint(changes: object): LintFinding[] {
  const parsed = parseDeployment({ ...BASE, ...changes });
  if (!parsed.ok) throw new Error(parsed.error.map(formatConfigProblem).join("\n"));
  return lintDeployment(parsed.value);
}

const names = (changes: object): string[] => lint(changes).map((finding) => finding.lint);

test("a disk path alone gives a deployment that no rule objects to", () => {
  expect(lint({})).toEqual([]);
});

const RULES: readonly [string, object, readonly string[]][] = [
  ["two disk tiers", { master: { offload_on_evict: true, root_fs_dir: "/p" } }, ["root_fs_dir"]],
  ["offload without offload_on_evict", { master: {} }, ["offload_on_evict"]],
  // 100 MiB × 0.95 ÷ 1 MiB/s = 95 s.
  [
    "a lease longer than a segment takes to fill",
    { master: { offload_on_evict: true, lease_ttl_ms: 95_001 }, workload: { put_bytes_per_s: MIB } },
    ["lease_plateau"],
  ],
  [
    "a lease as long as a segment takes to fill",
    { master: { offload_on_evict: true, lease_ttl_ms: 95_000 }, workload: { put_bytes_per_s: MIB } },
    [],
  ],
  ["a lease that ends before decode reads", { workload: { decode_delay_ms: 30_001 } }, ["lease_decode"]],
  [
    "embedded segments without a disk tier",
    { worker: { mode: "embedded", global_segment_size: MIB, preferred_segment: "off" } },
    ["embedded_offload"],
  ],
  ["a heartbeat as long as the client TTL", { owner: { heartbeat_s: 10 } }, ["heartbeat"]],
  ["offload on the worker only", { owner: { enable_offload: false } }, ["offload_owner"]],
  ["offload on the owner only", { worker: { enable_offload: false } }, ["offload_worker"]],
  [
    "a master that hands out no work",
    { master: { enable_offload: false, offload_on_evict: true } },
    ["offload_master"],
  ],
  // One key takes 4096 + 8192 = 12288; 13653 × 0.9 = 12287.7, one byte too few.
  [
    "a staging buffer below one key",
    { owner: { staging_bytes: 13_653 }, workload: { key_bytes: 4_096 } },
    ["staging"],
  ],
  [
    "a staging buffer of just one key",
    { owner: { staging_bytes: 13_654 }, workload: { key_bytes: 4_096 } },
    [],
  ],
  ["the RPC port as a segment", { worker: { preferred_segment: "h:50052" } }, ["segment_port"]],
  ["engines with seeds of their own", { engine: { env: {} } }, ["hash_seed"]],
];

for (const [what, changes, expected] of RULES) {
  test(`lint: ${what}`, () => {
    expect(names(changes)).toEqual([...expected]);
  });
}

test("a finding says where, the rule, what was given and what to do", () => {
  const [found] = lint({ workload: { decode_delay_ms: 60_000 } });
  expect(found === undefined ? "" : formatConfigProblem(found)).toBe(
    "master.lease_ttl_ms: must be at least workload.decode_delay_ms (60000), got 30000. Raise it: blocks that outlive their lease before decode reads them fail with -707.",
  );
});

test("worker mode and segment size that contradict each other are refused with vLLM's text", () => {
  const refused = parseDeployment({ worker: { mode: "embedded" } });
  expect(refused.ok ? "" : refused.error.map((problem) => problem.next_step).join()).toContain(
    "embedded mode requires global_segment_size > 0",
  );
  const other = parseDeployment({ worker: { global_segment_size: 1 } });
  expect(other.ok ? "" : other.error.map((problem) => problem.next_step).join()).toContain(
    "standalone-store mode requires global_segment_size == 0",
  );
});

test("an unknown section is a problem", () => {
  const refused = parseDeployment({ masters: {} });
  expect(refused.ok ? [] : refused.error.map((problem) => problem.path)).toEqual(["masters"]);
});
