import { expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { measureHostSpeed, readChain } from "./host_speed.ts";

test("a chain of reads visits every entry once before it comes back", () => {
  const chain = readChain(2 ** 12);
  const visited = new Set<number>();
  for (let at = 0; !visited.has(at); at = chain[at] ?? 0) visited.add(at);
  expect(visited.size).toBe(2 ** 12);
});

test("both speeds are measured", () => {
  const { mix_ns, read_ns } = measureHostSpeed(new OsClock());
  expect(mix_ns).toBeGreaterThan(0);
  expect(read_ns).toBeGreaterThan(0);
});
