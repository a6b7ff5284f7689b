import { expect, test } from "bun:test";
import type { LoadConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import type { Session } from "../../domain/session.ts";
import { clientsNeeded } from "./clients_needed.ts";

/** 100 sessions of one turn and 99 tokens: 50 + 99 × 5 = 545 µs of a client's CPU each. */
const COST = { cpu_us_per_request: 50, cpu_us_per_event: 5 };
const SESSIONS: Session[] = Array.from({ length: 100 }, (_, i) => ({
  session_id: `s${i}`,
  turns: [{ prompt: [], output_tokens: 99, think_ns: 0, at_ns: i * 1e6 }],
}));

function needed(changes: Partial<LoadConfig>, cores = 8): number {
  const config = parseArmConfig({ topology: "1e" });
  if (!config.ok) throw new Error("the defaults are valid");
  return clientsNeeded({ ...config.value.load, ...changes }, SESSIONS, COST, cores);
}

test("clients are as many as keep each at most half busy at the offered rate", () => {
  expect(needed({ arrivals: "poisson", rate_per_s: 900 })).toBe(1); // 900 × 545 µs = 0.49 of a core
  expect(needed({ arrivals: "poisson", rate_per_s: 2_000 })).toBe(3); // 1.09 of a core
  expect(needed({ arrivals: "trace", speedup: 1 })).toBe(2); // 100 in 99 ms: 0.55
  expect(needed({ arrivals: "trace", speedup: 4 }, 2)).toBe(2); // 2.2, and two cores
});

test("a closed loop takes one client unless told, and never more than its slots", () => {
  expect(needed({ arrivals: "closed", concurrency: 64 })).toBe(1);
  expect(needed({ arrivals: "closed", concurrency: 64, num_clients: 2 }, 1)).toBe(2);
  expect(needed({ arrivals: "closed", concurrency: 3, num_clients: 8 })).toBe(3);
});
