// Load over real client processes, against null servers.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { DataPlane } from "../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import { OsClock } from "../clock/os_clock.ts";
import type { LoadConfig } from "../config/arm_config.ts";
import { parseArmConfig } from "../config/arm_schema.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { Session } from "../domain/session.ts";
import { type ClientsLoadOptions, LoadClients } from "../load/clients/load_clients.ts";
import { ANSWER_AT_ONCE, NullServer } from "../load/floor/null_server.ts";
import { PlaneClock } from "../stack/plane_clock.ts";
import { startClients } from "./bench/open_clients.ts";

const ENDS_EARLY = join(import.meta.dir, "../load/clients/ending_client_fixture.ts");
const NUM_CLIENTS = 2;

let plane: DataPlane;
let clock: Clock;
let server: NullServer;
beforeAll(() => {
  const opened = openDataPlane();
  if (!opened.ok) throw new Error(opened.error.detail);
  plane = opened.value;
  clock = new PlaneClock(plane, new OsClock());
  server = new NullServer(ANSWER_AT_ONCE, clock);
});
afterAll(async () => {
  server.stop();
  await plane.close();
});

async function started(): Promise<LoadClients> {
  const clients = await startClients(NUM_CLIENTS, clock);
  if (!clients.ok) throw new Error(clients.error);
  return clients.value;
}

/** Turns quote the answer before them, so that a session that were split would fail. */
function sessions(count: number, phases: number): Session[] {
  return Array.from({ length: count }, (_, i) => ({
    session_id: `s${i}`,
    phase_index: i % phases,
    turns: [0, 1].map((turn_index) => ({
      prompt: [
        { kind: "seeded", seed: i, tokens: 4 },
        ...(turn_index === 0 ? [] : [{ kind: "answer", turn_index: 0 } as const]),
      ],
      output_tokens: 3,
      think_ns: 0,
      at_ns: null,
    })),
  }));
}

function loadOptions(of_sessions: readonly Session[], load: Partial<LoadConfig>): ClientsLoadOptions {
  const config = parseArmConfig({ topology: "1e" });
  if (!config.ok) throw new Error("the defaults are valid");
  return {
    job: {
      load: { ...config.value.load, ...load },
      ...{ sessions: of_sessions, seed: 1, model: "m", arm: "a", pair_index: 0 },
    },
    targets: [server.target, server.target],
    onStart: () => {},
    onRecord: () => {},
    onProgress: () => {},
    onPhaseEnd: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
}

test("records of two clients are the records of one load: every turn once, on one clock, phase after phase", async () => {
  await using clients = await started();
  const records: RequestRecord[] = [];
  const phases: number[] = [];
  const load = await clients.load({
    ...loadOptions(sessions(10, 2), { arrivals: "closed", concurrency: 4 }),
    onRecord: (record) => records.push(record),
    onPhaseEnd: (phase_index) => Promise.resolve(void phases.push(phase_index)),
  });
  if (!load.ok) throw new Error(load.error.detail);
  const { merged, results } = load.value;
  expect(merged).toMatchObject({ planned_requests: 20, sent_requests: 20, failed_requests: 0 });
  expect(results.map(({ sent_requests }) => sent_requests)).toEqual([12, 8]); // 5 sessions a phase: 3 and 2 each
  expect(phases).toEqual([0]);
  expect(new Set(records.map(({ request_id }) => request_id)).size).toBe(20);
  for (const { intended_ns, sent_ns, token_ns, error } of records) {
    expect(error).toBeNull();
    expect([intended_ns, sent_ns, ...token_ns]).toEqual(
      [intended_ns, sent_ns, ...token_ns].toSorted((a, b) => a - b),
    );
    expect(intended_ns).toBeGreaterThanOrEqual(merged.started_ns);
  }
  // No session of the second phase was sent before all of the first had ended.
  const of_phase = (phase: number): RequestRecord[] =>
    records.filter(({ session_id }) => Number(session_id.slice(1)) % 2 === phase);
  const first_ended_ns = Math.max(...of_phase(0).map(({ last_token_ns }) => last_token_ns ?? 0));
  expect(Math.min(...of_phase(1).map(({ sent_ns }) => sent_ns))).toBeGreaterThan(first_ended_ns);
}, 180_000);

test("an interruption ends the load of every client", async () => {
  await using clients = await started();
  const interrupt = new AbortController();
  const load = await clients.load({
    ...loadOptions(sessions(2_000, 1), { arrivals: "constant", rate_per_s: 100 }), // 20 s, were it not interrupted
    onRecord: () => interrupt.abort(),
    signal: interrupt.signal,
  });
  expect(load).toMatchObject({ ok: true, value: { merged: { interrupted: true, planned_requests: 4_000 } } });
}, 180_000);

test("a client that ends in the middle of its work fails the load", async () => {
  const clients = await LoadClients.start(NUM_CLIENTS, ENDS_EARLY, clock);
  if (!clients.ok) throw new Error(clients.error.detail);
  await using ending = clients.value;
  const load = await ending.load(loadOptions(sessions(4, 1), { concurrency: 4 }));
  expect(load.ok ? null : load.error.code).toBe("client_ended");
  expect(load.ok ? "" : load.error.detail).toContain("(exit code 9)");
}, 180_000);
