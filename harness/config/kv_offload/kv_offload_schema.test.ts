import { expect, test } from "bun:test";
import { formatConfigProblem } from "../config_problem.ts";
import { deploymentJsonSchema } from "./kv_offload_json_schema.ts";
import { parseOffloadConfig } from "./kv_offload_schema.ts";

const CPU = { cpu: { num_bytes: "64GiB" } };

function problemsOf(input: unknown): string[] {
  const parsed = parseOffloadConfig(input);
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

function withOffload(kv_cache_offload: unknown, more: object = {}): object {
  return { inference: { kv_cache_offload }, launcher: "slurm", ...more };
}

test("nothing at all is a deployment without offload and with the engine's own prefix caching", () => {
  const parsed = parseOffloadConfig({});
  expect(parsed.ok && parsed.value.inference).toEqual({
    kv_cache_offload: null,
    vllm: { enable_prefix_caching: null },
    router_replay: false,
    use_pd_kv_transfer: false,
  });
});

test("offload forces prefix caching on, and a disaggregated deployment hands KV over", () => {
  const parsed = parseOffloadConfig(withOffload({ type: "native", ...CPU }, { deployment: "disaggregated" }));
  expect(parsed.ok && parsed.value.inference.vllm.enable_prefix_caching).toBe(true);
  expect(parsed.ok && parsed.value.inference.use_pd_kv_transfer).toBe(true);
  expect(parsed.ok && parsed.value.inference.kv_cache_offload?.cpu.num_bytes).toBe(64 * 1024 ** 3);
});

const REFUSED: readonly [string, object, readonly string[]][] = [
  [
    "a missing type",
    withOffload(CPU),
    [
      "inference.kv_cache_offload.type: must name the backend (union tag not found), got nothing. Use native or mooncake.",
    ],
  ],
  [
    "a mistyped type",
    withOffload({ type: "moncake", ...CPU }),
    [
      'inference.kv_cache_offload.type: must name the backend (union tag not found), got "moncake". Did you mean mooncake? Use native or mooncake.',
    ],
  ],
  [
    "a disk without a cpu tier",
    withOffload({ type: "native", disk: { path: "/p" } }),
    [
      "inference.kv_cache_offload.cpu: must be given, got nothing. inference.kv_cache_offload requires a cpu tier (disk-only offload is not supported). Add cpu: {num_bytes: 64GiB}.",
    ],
  ],
  [
    "no bytes",
    withOffload({ type: "native", cpu: { num_bytes: 0 } }),
    [
      "inference.kv_cache_offload.cpu.num_bytes: must be a size above 0, got 0. Write bytes as digits, or a text such as 64GiB.",
    ],
  ],
  [
    "the flat form of before",
    withOffload({ cpu_bytes: 4096 }),
    [
      "inference.kv_cache_offload.cpu_bytes: is not a setting any more: offload is configured by tier, got 4096. Write inference.kv_cache_offload: {type: native, cpu: {num_bytes: 4096}} instead; disk: {path: DIR} adds a disk tier.",
    ],
  ],
  [
    "a size of the disk",
    withOffload({ type: "native", ...CPU, disk: { path: "/p", num_bytes: 1 } }),
    [
      "inference.kv_cache_offload.disk.num_bytes: is not a setting any more, got 1. The disk tier takes what its file system has; remove the setting.",
    ],
  ],
  [
    "a device without mooncake",
    withOffload({ type: "native", ...CPU, device_name: "mlx5_0" }),
    [
      'inference.kv_cache_offload.device_name: is not a setting, got "mlx5_0". Remove it, or see the JSON Schema that doctor --schema prints.',
    ],
  ],
];

for (const [what, input, expected] of REFUSED) {
  test(`${what} is refused with its own text`, () => {
    expect(problemsOf(input)).toEqual([...expected]);
  });
}

test("prefix caching off, router replay and a store that nobody starts are all named at once", () => {
  const problems = problemsOf({
    inference: {
      kv_cache_offload: { type: "mooncake", ...CPU },
      vllm: { enable_prefix_caching: false },
      router_replay: true,
    },
    deployment: "multi_node",
  }).join("\n");
  expect(problems).toContain("KV cache offloading requires inference.vllm.enable_prefix_caching to be true.");
  expect(problems).toContain(
    "Mooncake KV offload requires SLURM — the per-node store is launched by the sbatch template. Use inference.kv_cache_offload.type='native' for local runs.",
  );
  expect(problems).toContain(
    "Router replay with inference.kv_cache_offload is not supported. External KV cache hits do not carry routed-expert decisions.",
  );
  expect(problems).toContain("Must use SLURM for multi-node / disaggregated deployment.");
});

test("mooncake with an explicit local launch is allowed", () => {
  expect(problemsOf(withOffload({ type: "mooncake", ...CPU }, { launcher: "local" }))).toEqual([]);
});

test("the JSON Schema names both backends and forbids what is not a setting", () => {
  const text = JSON.stringify(deploymentJsonSchema());
  expect(text).toContain('"const":"native"');
  expect(text).toContain('"const":"mooncake"');
  expect(text).toContain('"additionalProperties":false');
  expect(text).toContain('"lease_ttl_ms"');
});
