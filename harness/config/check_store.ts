// Rules between settings of the store, its disk tier and the blocks that go there.

import type { ArmConfig } from "./arm_config.ts";
import { checkMooncake } from "./check_mooncake.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { engineRanks } from "./engine_sizes.ts";
import { problemWhen } from "./problem_when.ts";
import { findModelProfile } from "./profiles/models.ts";
import { usesDisk } from "./uses_disk.ts";

export function checkStore(config: ArmConfig): ConfigProblem[] {
  return [...checkMaster(config), ...checkDisk(config), ...checkBlockFits(config), ...checkMooncake(config)];
}

function checkMaster({ store }: ArmConfig): ConfigProblem[] {
  return [
    ...problemWhen(store.put_start_discard_ms > store.put_start_release_ms, {
      path: "store.put_start_discard_ms",
      rule: `must not exceed store.put_start_release_ms (${store.put_start_release_ms})`,
      got: store.put_start_discard_ms,
      next_step: "Lower it, or raise store.put_start_release_ms.",
    }),
  ];
}

function checkDisk({ store }: ArmConfig): ConfigProblem[] {
  const { disk } = store;
  return [
    ...problemWhen(disk.low_watermark_ratio >= disk.high_watermark_ratio, {
      path: "store.disk.low_watermark_ratio",
      rule: `must be below store.disk.high_watermark_ratio (${disk.high_watermark_ratio})`,
      got: disk.low_watermark_ratio,
      next_step: "Lower it, or raise store.disk.high_watermark_ratio.",
    }),
    ...problemWhen(disk.heartbeat_ms >= store.client_ttl_ms, {
      path: "store.disk.heartbeat_ms",
      rule: `must be below store.client_ttl_ms (${store.client_ttl_ms}), or owners expire between heartbeats`,
      got: disk.heartbeat_ms,
      next_step: "Lower it, or raise store.client_ttl_ms.",
    }),
  ];
}

/** Wherever a block is put, one must fit. */
function checkBlockFits(config: ArmConfig): ConfigProblem[] {
  const { engine, store, connector } = config;
  const model = findModelProfile(engine.model);
  if (!model.ok || store.tiers === "hbm") return [];
  const block_bytes = engineRanks(model.value, engine).shard_bytes;
  const { staging_bytes, bucket_bytes, capacity_bytes } = store.disk;
  const { staging_budget_bytes, staging_usable_ratio } = connector;
  return [
    ...checkHolds("store.segment_bytes", store.segment_bytes, 1, block_bytes),
    ...(usesDisk(config)
      ? [
          ...checkHolds("store.disk.staging_bytes", staging_bytes, staging_usable_ratio, block_bytes),
          ...(staging_budget_bytes === null
            ? []
            : checkHolds(
                "connector.staging_budget_bytes",
                staging_budget_bytes,
                staging_usable_ratio,
                block_bytes,
              )),
          ...checkHolds("store.disk.bucket_bytes", bucket_bytes, 1, block_bytes),
          ...checkHolds("store.disk.capacity_bytes", capacity_bytes, 1, block_bytes),
        ]
      : []),
  ];
}

function checkHolds(path: string, bytes: number, usable_ratio: number, block_bytes: number): ConfigProblem[] {
  const part = usable_ratio === 1 ? "" : ` in the ${usable_ratio * 100} % of it that one GET may use`;
  return problemWhen(Math.floor(bytes * usable_ratio) < block_bytes, {
    path,
    rule: `must hold one KV block (${block_bytes} bytes)${part}`,
    got: bytes,
    next_step: `Use ${Math.ceil(block_bytes / usable_ratio)} or more, or lower engine.kv_scale or engine.block_tokens.`,
  });
}
