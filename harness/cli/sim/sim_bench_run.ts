// One measured run of the simulator itself: how long the host takes, for how many requests and events, and where it goes.

import type { Clock } from "../../clock/clock.ts";
import { present } from "../../domain/assert.ts";
import type { Session } from "../../domain/session.ts";
import { EVENT_KINDS, type EventKind } from "../../sim/event_loop.ts";
import { makeSimulation, type SimArmOptions } from "./sim_arm.ts";

export interface SimBenchResult {
  readonly nodes: number;
  readonly requests: number;
  readonly failed_requests: number;
  readonly output_tokens: number;
  readonly events: number;
  /** Steps of all engines; those that only decode share events. */
  readonly steps: number;
  /** From a planned stack to the last record, prompts included. */
  readonly wall_s: number;
  /** Of all threads of the process meanwhile, so those of the compiler and the garbage collector: what one core would take. */
  readonly cpu_s: number;
  /** The part of cpu_s that puts the stack together and mounts its segments. */
  readonly set_up_cpu_s: number;
  readonly virtual_s: number;
  readonly hit_ratio: number;
  /** Resident memory of the process at the end. */
  readonly rss_bytes: number;
  readonly kinds: readonly EventKindCost[];
}

export interface EventKindCost {
  readonly kind: EventKind;
  readonly events: number;
  /** Null: not timed. */
  readonly host_s: number | null;
}

/** `timed`: also by kind of event, which costs two clock readings an event. */
export function measureSimulation(options: SimArmOptions, clock: Clock, timed: boolean): SimBenchResult {
  const totals = { input_tokens: 0, hit_tokens: 0 };
  const started_ns = clock.now_ns();
  const cpu_before_s = cpuSeconds();
  const simulation = makeSimulation(
    options,
    ({ input_tokens, cached_tokens }) => {
      totals.input_tokens += input_tokens;
      if (cached_tokens === null) return;
      totals.hit_tokens += cached_tokens.hbm + cached_tokens.cpu + cached_tokens.disk;
    },
    { stopwatch: timed ? () => clock.now_ns() : null, watch: null, onEvent: null },
  );
  simulation.start();
  const set_up_cpu_s = cpuSeconds() - cpu_before_s;
  simulation.run();
  const wall_s = (clock.now_ns() - started_ns) / 1e9;
  const cpu_s = cpuSeconds() - cpu_before_s;
  const { load, loop, stack } = simulation;
  return {
    nodes: options.topology.nodes.length,
    requests: load.finished_requests,
    failed_requests: load.failed_requests,
    output_tokens: load.output_tokens,
    events: loop.event_count,
    steps: stack.engines.reduce((sum, engine) => sum + engine.snapshot().steps, 0),
    wall_s,
    cpu_s,
    set_up_cpu_s,
    virtual_s: loop.now_ns / 1e9,
    hit_ratio: totals.hit_tokens / totals.input_tokens,
    rss_bytes: process.memoryUsage().rss,
    kinds: EVENT_KINDS.map((kind, i) => ({
      kind,
      events: loop.profile.counts[i] ?? 0,
      host_s: timed ? (loop.profile.host_ns[i] ?? 0) / 1e9 : null,
    })),
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Conversations of four turns for a fleet: a shared system prompt, a prefix of their own, and what users add. */
export function fleetSessions(requests: number, seed: number): Session[] {
  const turns = 4;
  const quoted = Array.from({ length: turns }, (_, turn_index) => ({ kind: "answer", turn_index }) as const);
  const shared = { kind: "seeded", seed: 2 ** 33 + seed, tokens: 512 } as const;
  return Array.from({ length: Math.ceil(requests / turns) }, (_, session_index): Session => {
    const stream = (session_index + 1) * (turns + 1);
    const own = { kind: "seeded", seed: stream, tokens: 512 } as const;
    const prompts: Session["turns"][number]["prompt"][] = [];
    for (let turn_index = 0; turn_index < turns; turn_index++) {
      const history = prompts[turn_index - 1];
      const message = { kind: "seeded", seed: stream + turn_index + 1, tokens: 256 } as const;
      prompts.push(
        history === undefined
          ? [shared, own, message]
          : [...history, present(quoted[turn_index - 1], "a turn quotes the one before"), message],
      );
    }
    return {
      session_id: `s${session_index}`,
      turns: prompts.map((prompt, turn_index) => {
        return { prompt, output_tokens: 64, think_ns: turn_index === 0 ? 0 : 2_000_000_000, at_ns: null };
      }),
    };
  });
}
