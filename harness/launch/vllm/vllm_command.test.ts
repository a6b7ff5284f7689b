import { expect, test } from "bun:test";
import type { EngineLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { type EnginePlace, engineCommand } from "./vllm_command.ts";

const ENGINE: EngineLaunch = {
  model: "Qwen/Qwen3-8B",
  command: ["vllm", "serve", "{model}", "--port", "{port}"],
  base_port: 8100,
  gpus_per_engine: 1,
  env: { PYTHONHASHSEED: "0" },
  ready_timeout_s: 60,
};
const CONNECTOR = { kv_connector: "X", kv_role: "kv_both", kv_connector_extra_config: {} } as const;
const PLACE: EnginePlace = {
  engine_name: "prefill-0",
  role: "prefill",
  port: 8100,
  kv_transfer_config: CONNECTOR,
  mooncake_config_path: "/run/worker.json",
  preferred_segment: "10.0.0.1:50053",
  gid_index: 3,
  gpu_indices: [2, 3],
  rpc_dir: "/tmp/rpc-8100",
  side_channel: { host: "10.0.0.1", port: 5600 },
  engine_config_path: "/run/prefill-0.json",
};

test("the template's words are filled in and the connector is injected at the end", () => {
  const { argv, env, injected } = engineCommand(ENGINE, PLACE);
  expect(argv).toEqual([
    "vllm",
    "serve",
    "Qwen/Qwen3-8B",
    "--port",
    "8100",
    "--kv-transfer-config",
    '{"kv_connector":"X","kv_role":"kv_both","kv_connector_extra_config":{}}',
  ]);
  expect(env).toEqual({
    MOONCAKE_CONFIG_PATH: "/run/worker.json",
    MOONCAKE_PREFERRED_SEGMENT: "10.0.0.1:50053",
    MC_GID_INDEX: "3",
    MC_ENABLE_DEST_DEVICE_AFFINITY: "1",
    PYTHONHASHSEED: "0",
    VLLM_MOONCAKE_STORE_TIER_LOG: "1",
    VLLM_RPC_BASE_PATH: "/tmp/rpc-8100",
    VLLM_NIXL_SIDE_CHANNEL_HOST: "10.0.0.1",
    VLLM_NIXL_SIDE_CHANNEL_PORT: "5600",
    CUDA_VISIBLE_DEVICES: "2,3",
    VLLM_SERVER_DEV_MODE: "1",
  });
  expect(injected).toBe(true);
});

for (const own of [["--kv-transfer-config", "{}"], ["--kv-transfer-config={}"]]) {
  test(`a command with ${own[0]} of its own gets no other`, () => {
    const { argv, injected } = engineCommand({ ...ENGINE, command: ["engine", ...own] }, PLACE);
    expect(argv).toEqual(["engine", ...own]);
    expect(injected).toBe(false);
  });
}

test("engines of a store hash alike though the user's own environment does not say so, unless it says otherwise", () => {
  const seedOf = (env: Record<string, string>) =>
    engineCommand({ ...ENGINE, env }, PLACE).env["PYTHONHASHSEED"];
  expect(seedOf({ HF_HOME: "/models" })).toBe("0");
  expect(seedOf({ PYTHONHASHSEED: "7" })).toBe("7");
});

test("without a store, a segment, RDMA and GPUs the environment is the user's, and the route that empties caches", () => {
  const bare = {
    ...PLACE,
    ...{ mooncake_config_path: null, preferred_segment: null, gid_index: null },
    ...{ gpu_indices: [], rpc_dir: null, side_channel: null },
  };
  expect(engineCommand(ENGINE, { ...bare, kv_transfer_config: null })).toEqual({
    argv: ["vllm", "serve", "Qwen/Qwen3-8B", "--port", "8100"],
    env: { PYTHONHASHSEED: "0", VLLM_SERVER_DEV_MODE: "1" },
    injected: false,
  });
});

test("a JSON brace in a template is not a placeholder", () => {
  const { argv } = engineCommand(
    { ...ENGINE, command: ["engine", '{"a":1}', "{role}", "{engine_config}"] },
    PLACE,
  );
  expect(argv.slice(0, 4)).toEqual(["engine", '{"a":1}', "prefill", "/run/prefill-0.json"]);
});
