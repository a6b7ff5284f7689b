import { expect, test } from "bun:test";
import { parseArmConfig } from "./arm_schema.ts";
import type { ConfigTree } from "./config_tree.ts";

function rules(input: ConfigTree): string[] {
  const store = { kind: "mooncake", ...(input["store"] as ConfigTree | undefined) };
  const parsed = parseArmConfig({ topology: "1p1d", ...input, store });
  return parsed.ok ? [] : parsed.error.map(({ path }) => path);
}

test("the defaults run on the real Mooncake", () => {
  expect(rules({})).toEqual([]);
});

test.each([
  ["store.pool", { store: { pool: "local" } }],
  ["store.promote_on_hit", { store: { promote_on_hit: true } }],
  ["connector.mode", { connector: { mode: "embedded" } }],
  ["connector.type", { connector: { type: "native" } }],
  ["connector.group_semantics", { connector: { group_semantics: true } }],
  ["connector.get_order", { connector: { get_order: "in_turn" } }],
  ["link.protocol", { link: { protocol: "tcp" } }],
  ["faults", { faults: [{ at_ms: 1, process: "owner-0", action: "kill" }] }],
  ["store.disk.heartbeat_ms", { store: { disk: { heartbeat_ms: 200 } } }],
  ["store.client_ttl_ms", { store: { client_ttl_ms: 1_500 } }],
  ["store.soft_pin_ttl_ms", { store: { soft_pin_ttl_ms: 5 } }],
] as const)("%s is refused, for the real Mooncake has no such switch", (path, input) => {
  expect(rules(input)).toEqual([path]);
});
