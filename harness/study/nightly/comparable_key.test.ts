import { expect, test } from "bun:test";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { comparableKey } from "./comparable_key.ts";

const HOST = { cpu_model: "c", cpu_cores: 2, memory_bytes: 1, kernel: "k" };

function configOf(load: object = {}): { readonly topology: string; readonly load: object } {
  const config = parseArmConfig({ topology: "1p1d", load });
  if (!config.ok) throw new Error("the configuration is valid");
  return config.value;
}

const key = (
  config: { readonly topology: string; readonly load: object },
  runtime = "live",
  host = HOST,
): string => comparableKey(config, runtime, host);

test("a setting that an earlier build did not know yet, at its default, is the same scenario", () => {
  const today = configOf({ concurrency: 5 });
  const { num_clients, ...known } = { num_clients: null, ...today.load };
  expect(num_clients).toBeNull();
  expect(key({ ...today, load: known })).toBe(key(today));
});

test("what was chosen otherwise is another scenario", () => {
  expect(key(configOf({ concurrency: 5 }))).not.toBe(key(configOf({ concurrency: 6 })));
  expect(key(configOf())).not.toBe(key(configOf({ concurrency: 6 })));
});

test("a live night is of its kind of host, a simulated one of none", () => {
  const other = { ...HOST, cpu_cores: 4 };
  expect(key(configOf(), "live", other)).not.toBe(key(configOf()));
  expect(key(configOf(), "sim", other)).toBe(key(configOf(), "sim"));
  expect(key(configOf(), "live", { ...HOST, kernel: "newer" })).toBe(key(configOf()));
});
