import { expect, test } from "bun:test";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import type { MasterLaunch, OwnerLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { assert } from "../../domain/assert.ts";
import { GIB } from "../../domain/units.ts";
import { masterCommand, ownerCommand, storeAddresses } from "./mooncake_commands.ts";

function deployment(changes: object): { master: MasterLaunch; owner: OwnerLaunch } {
  const parsed = parseDeployment({ ...changes });
  assert(parsed.ok, "the test's deployment is valid");
  return parsed.value.store;
}

const PLACE = {
  host: "10.0.0.1",
  addresses: { master: "h:50051", metadata: "http://h:8080/metadata", metrics: "h:9003" },
  preset_env: {},
};

test("the master's command has the scripts' flags, and a disk path of its own only where one is named", () => {
  const { master } = deployment({ master: { enable_offload: true, root_fs_dir: "/p" } });
  expect(masterCommand(master).argv).toEqual([
    "mooncake_master",
    "-rpc_port=50051",
    "-rpc_thread_num=4",
    "-rpc_address=0.0.0.0",
    "-rpc_enable_tcp_no_delay=true",
    "-enable_http_metadata_server=true",
    "-http_metadata_server_host=0.0.0.0",
    "-http_metadata_server_port=8080",
    "-enable_metric_reporting=true",
    "-metrics_port=9003",
    "-default_kv_lease_ttl=30000",
    "-eviction_high_watermark_ratio=0.95",
    "-eviction_ratio=0.1",
    "-client_ttl=10",
    "-allocation_strategy=random",
    "-logtostderr",
    "-enable_offload=true",
    "-root_fs_dir=/p",
  ]);
  expect(masterCommand(deployment({}).master).argv.join(" ")).not.toContain("root_fs_dir");
  expect(storeAddresses("head", master)).toEqual({
    master: "head:50051",
    metadata: "http://head:8080/metadata",
    metrics: "head:9003",
  });
});

test("an owner without a disk has no offload flag and no disk environment", () => {
  const { owner } = deployment({ owner: { segment_bytes: "4GiB" } });
  const { argv, env } = ownerCommand(owner, { ...PLACE, disk_path: null });
  expect(argv).toEqual([
    "mooncake_client",
    "--master_server_address=h:50051",
    "--metadata_server=http://h:8080/metadata",
    "--host=10.0.0.1:50053",
    "--port=50052",
    "--protocol=rdma",
    "--device_names=",
    `--global_segment_size=${4 * GIB}`,
    "--threads=1",
  ]);
  expect(env).toEqual({ MC_LEGACY_RPC_PORT_BINDING: "1" });
});

test("an owner with a disk keeps 40 GiB of it free, or a tenth of a small one", () => {
  const { owner } = deployment({ owner: { enable_offload: true, disk_bytes: "100GiB", protocol: "tcp" } });
  const { argv, env } = ownerCommand(owner, { ...PLACE, disk_path: "/d" });
  expect(argv.at(-1)).toBe("--enable_offload=true");
  expect(env).toEqual({
    MC_LEGACY_RPC_PORT_BINDING: "1",
    MC_TCP_BIND_ADDRESS: "10.0.0.1",
    MOONCAKE_OFFLOAD_STORAGE_BACKEND_DESCRIPTOR: "bucket_storage_backend",
    MOONCAKE_BUCKET_EVICTION_POLICY: "lru",
    MOONCAKE_OFFLOAD_USE_URING: "true",
    MOONCAKE_OFFLOAD_LOCAL_BUFFER_SIZE_BYTES: String(32 * GIB),
    MOONCAKE_OFFLOAD_HEARTBEAT_INTERVAL_SECONDS: "1",
    MOONCAKE_OFFLOAD_FILE_STORAGE_PATH: "/d",
    MOONCAKE_OFFLOAD_TOTAL_SIZE_LIMIT_BYTES: String(100 * GIB),
    MOONCAKE_BUCKET_MAX_TOTAL_SIZE: String(60 * GIB),
  });
  const small = ownerCommand({ ...owner, disk_bytes: 1_000 }, { ...PLACE, disk_path: "/d" });
  expect(small.env["MOONCAKE_BUCKET_MAX_TOTAL_SIZE"]).toBe("900");
});

test("what the user's environment sets wins, but for the path and the sizes that belong to it", () => {
  const { owner } = deployment({ owner: { enable_offload: true } });
  for (const name of ["MOONCAKE_OFFLOAD_USE_URING", "MOONCAKE_USE_URING"]) {
    const preset_env = { [name]: "false", MOONCAKE_OFFLOAD_FILE_STORAGE_PATH: "/other" };
    const { env } = ownerCommand(owner, { ...PLACE, preset_env, disk_path: "/d" });
    expect(env["MOONCAKE_OFFLOAD_USE_URING"]).toBe("false");
    expect(env["MOONCAKE_OFFLOAD_FILE_STORAGE_PATH"]).toBe("/d");
  }
});

test("an owner on RDMA gets the GID index of its host, one on TCP none", () => {
  const preset_env = { MC_GID_INDEX: "3" };
  const envOf = (protocol: string) => {
    const { owner } = deployment({ owner: { protocol } });
    return ownerCommand(owner, { ...PLACE, preset_env, disk_path: null }).env;
  };
  expect(envOf("rdma")).toMatchObject({ MC_GID_INDEX: "3", MC_ENABLE_DEST_DEVICE_AFFINITY: "1" });
  expect(envOf("tcp")).not.toHaveProperty("MC_GID_INDEX");
});
