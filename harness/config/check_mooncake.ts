// What the real Mooncake store has no switch for, or this program cannot ask of it: refused, so that no setting is passed over.

import type { ArmConfig, StoreConfig } from "./arm_config.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { problemWhen } from "./problem_when.ts";

const EMBEDDED_ONLY = "Use the embedded store for it, or leave it out.";

export function checkMooncake(config: ArmConfig): ConfigProblem[] {
  const { store, connector, link, faults } = config;
  if (store.kind !== "mooncake") return [];
  const of_store = faults.find(({ process: name }) => /^(master|owner)/.test(name));
  return [
    ...refuse(
      "store.pool",
      store.pool,
      store.pool === "local",
      "must be global with the real Mooncake, which is one store",
    ),
    ...refuse(
      "store.promote_on_hit",
      store.promote_on_hit,
      store.promote_on_hit,
      "must be off with the real Mooncake: its own promotion has other rules, and is not switched here",
    ),
    ...refuse(
      "connector.mode",
      connector.mode,
      connector.mode === "embedded",
      "must be standalone-store with the real Mooncake: its requesters mount nothing here",
    ),
    ...refuse(
      "connector.type",
      connector.type,
      connector.type === "native",
      "must be mooncake with the real Mooncake, which native offloading does not use",
    ),
    ...refuse(
      "connector.group_semantics",
      connector.group_semantics,
      connector.group_semantics,
      "must be off with the real Mooncake, whose C API has no groups",
    ),
    ...refuse(
      "connector.get_order",
      connector.get_order,
      connector.get_order !== "together",
      "must be left alone with the real Mooncake, whose client has an order of its own",
    ),
    ...refuse(
      "link.protocol",
      link.protocol,
      link.protocol === "tcp" || link.protocol === "rdma",
      "must be auto with the real Mooncake, which has a transport of its own (TCP on this host)",
    ),
    ...refuse(
      "faults",
      of_store?.process,
      of_store !== undefined,
      "must be of engines or the router with the real Mooncake, whose processes are started otherwise",
    ),
    ...wholeSeconds("store.client_ttl_ms", store.client_ttl_ms),
    ...wholeSeconds("store.disk.heartbeat_ms", store.disk.heartbeat_ms),
    ...unlikeItsOwn(store),
  ];
}

/** Its timeouts of unfinished puts and soft pins are flags that this program leaves at their defaults. */
function unlikeItsOwn(store: StoreConfig): ConfigProblem[] {
  const fixed = {
    put_start_discard_ms: 30_000,
    put_start_release_ms: 600_000,
    soft_pin_ttl_ms: 1_800_000,
  } as const;
  return Object.entries(fixed).flatMap(([name, value]) => {
    const got = store[name as keyof typeof fixed];
    return refuse(`store.${name}`, got, got !== value, `must be ${value} with the real Mooncake`);
  });
}

function wholeSeconds(path: string, ms: number): ConfigProblem[] {
  return problemWhen(ms % 1_000 !== 0, {
    path,
    rule: "must be whole seconds with the real Mooncake",
    got: ms,
    next_step: `Use ${Math.ceil(ms / 1_000) * 1_000}.`,
  });
}

function refuse(path: string, got: unknown, broken: boolean, rule: string): ConfigProblem[] {
  return problemWhen(broken, { path, rule, got, next_step: EMBEDDED_ONLY });
}
