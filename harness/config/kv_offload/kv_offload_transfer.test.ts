import { expect, test } from "bun:test";
import { parseOffloadConfig } from "./kv_offload_schema.ts";
import { buildKvTransferConfig } from "./kv_offload_transfer.ts";

const NATIVE = { type: "native", cpu: { num_bytes: 1024 } };
const MOONCAKE = { type: "mooncake", cpu: { num_bytes: 1024 } };
const DISK = { disk: { path: "/p" } };

const NATIVE_CPU =
  '{"kv_connector":"OffloadingConnector","kv_role":"kv_both","kv_connector_extra_config":{"cpu_bytes_to_use":1024}}';
const NATIVE_DISK =
  '{"kv_connector":"OffloadingConnector","kv_role":"kv_both","kv_connector_extra_config":{"cpu_bytes_to_use":1024,"spec_name":"TieringOffloadingSpec","secondary_tiers":[{"type":"fs_python","root_dir":"/p"}]}}';
const STORE = '{"kv_connector":"MooncakeStoreConnector","kv_role":"kv_both","kv_connector_extra_config":{}}';
const NIXL =
  '{"kv_connector":"NixlConnector","kv_role":"kv_both","kv_connector_extra_config":{"num_threads":1}}';
const multi = (offload: string): string =>
  `{"kv_connector":"MultiConnector","kv_role":"kv_both","kv_connector_extra_config":{"connectors":[${NIXL},${offload}]}}`;

// Offload none | native cpu | native cpu+disk | mooncake, each without and with a hand-over between prefill and decode.
const TABLE: readonly [string, object | null, string, string][] = [
  ["no offload", null, "null", NIXL],
  ["native cpu", NATIVE, NATIVE_CPU, multi(NATIVE_CPU)],
  ["native cpu and disk", { ...NATIVE, ...DISK }, NATIVE_DISK, multi(NATIVE_DISK)],
  ["mooncake", { ...MOONCAKE, ...DISK }, STORE, multi(STORE)],
];

for (const [name, kv_cache_offload, alone, disaggregated] of TABLE) {
  for (const [deployment, expected] of [
    ["single_node", alone],
    ["disaggregated", disaggregated],
  ] as const) {
    test(`${name}, ${deployment}: the connector JSON is exact`, () => {
      const parsed = parseOffloadConfig({
        inference: { kv_cache_offload },
        deployment,
        launcher: "slurm",
      });
      expect(parsed.ok ? JSON.stringify(buildKvTransferConfig(parsed.value)) : parsed.error).toEqual(
        expected,
      );
    });
  }
}
