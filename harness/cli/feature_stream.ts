// `bun run feature-stream`: how fast features go from producers to consumers in other processes, and what another backend changes.

import {
  FEATURE_STREAM_DEFAULTS,
  type FeatureStreamConfig,
  sampleBytesMax,
} from "../../workloads/feature_stream.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { present } from "../domain/assert.ts";
import { ok, type Result } from "../domain/result.ts";
import { MIB } from "../domain/units.ts";
import { makeRuntimeDirs, type RuntimeDirs } from "../launch/runtime_dirs.ts";
import type { FeatureBackendKind } from "../stack/feature/feature_backend.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { readStreamBackends } from "./feature_stream/feature_stream_backends.ts";
import { runFeatureStream } from "./feature_stream/feature_stream_run.ts";
import { openStreamStore } from "./feature_stream/feature_stream_store.ts";
import type { StreamFigures } from "./feature_stream/feature_stream_tally.ts";
import { renderStream, type StreamPair } from "./feature_stream/feature_stream_text.ts";

const HELP = `feature-stream [options]

Producers put samples of hidden states, consumers in other processes take each of them once; every byte is checked. A producer
waits before it puts more than its budget, and stays until its samples are consumed.

  --backend B        default store:
                       local       memory of one process, which is producer and consumer (--producers 1 --consumers 1)
                       shared_dir  files in a directory
                       store       the embedded store: a master and an owner
                       mooncake    a real Mooncake store on this host, over its tcp (scripts/install_mooncake)
  --ab feature_backend=B,B…
                     compares backends in pairs, the first being the baseline
  --pairs N          pairs of a comparison (default 4)
  --samples N        of each producer (default ${FEATURE_STREAM_DEFAULTS.samples})
  --producers N      (default ${FEATURE_STREAM_DEFAULTS.producers})
  --consumers N      (default ${FEATURE_STREAM_DEFAULTS.consumers})
  --tokens N         mean of a sample (default ${FEATURE_STREAM_DEFAULTS.tokens_mean})
  --in-flight N      puts of a producer at the same time (default ${FEATURE_STREAM_DEFAULTS.puts_in_flight})
  --rate R           samples/s of each producer; without it as fast as it may
  --resident-mib M   unconsumed bytes at which a producer waits (default ${FEATURE_STREAM_DEFAULTS.max_resident_bytes / MIB})
  --hold-s S         longest that a producer stays for its samples to be consumed (default 3600)
  --crash ROLE       kills the first producer or consumer when half of the samples are put
  --seed N           (default 1)
  --json             figures as JSON
  --help             this text

Exit codes: 0 done; 2 usage; 3 a sample arrived wrong or not at all; 4 a process did not start.
`;

const FLAGS = {
  backend: "value",
  ab: "value",
  pairs: "value",
  samples: "value",
  producers: "value",
  consumers: "value",
  tokens: "value",
  "in-flight": "value",
  rate: "value",
  "resident-mib": "value",
  "hold-s": "value",
  crash: "value",
  seed: "value",
  json: "switch",
  help: "switch",
} as const;

const ROLES = ["producer", "consumer"] as const;

interface StreamPlan {
  /** One backend, or the levels of the factor feature_backend: the baseline first. */
  readonly backends: readonly FeatureBackendKind[];
  readonly pairs: number;
  readonly stream: FeatureStreamConfig;
  readonly hold_s: number;
  readonly crash: "producer" | "consumer" | null;
  readonly seed: number;
}

process.exitCode = await featureStreamCommand(process.argv.slice(2));

async function featureStreamCommand(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  const plan = readPlan(flags);
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(`feature-stream: ${formatConfigProblem(problem)}`);
    return EXIT.USAGE;
  }
  if (flags.has("help")) {
    process.stdout.write(HELP);
    return EXIT.DONE;
  }
  const dirs = makeRuntimeDirs();
  try {
    const pairs = await runPairs(plan, dirs);
    if (!pairs.ok) {
      console.error(`feature-stream: ${pairs.error}`);
      return EXIT.STACK_FAILED;
    }
    const { stream, seed, backends } = plan;
    const json = { schema_version: 1, seed, backends, stream, pairs: pairs.value };
    const text = renderStream(backends, stream, pairs.value);
    process.stdout.write(flags.has("json") ? `${JSON.stringify(json, null, 2)}\n` : text);
    const runs = pairs.value.flat();
    const is_wrong = runs.some(({ problems, unconsumed }) => problems.length > 0 || unconsumed > 0);
    return is_wrong ? EXIT.INVALID_RUN : EXIT.DONE;
  } finally {
    dirs.remove();
  }
}

function readPlan(flags: FlagReader): StreamPlan {
  const defaults = FEATURE_STREAM_DEFAULTS;
  const resident_mib = flags.positive("resident-mib");
  const stream: FeatureStreamConfig = {
    ...defaults,
    producers: flags.integer("producers", 1) ?? defaults.producers,
    consumers: flags.integer("consumers", 1) ?? defaults.consumers,
    samples: flags.integer("samples", 1) ?? defaults.samples,
    tokens_mean: flags.integer("tokens", 1) ?? defaults.tokens_mean,
    puts_in_flight: flags.integer("in-flight", 1) ?? defaults.puts_in_flight,
    samples_per_s: flags.positive("rate") ?? defaults.samples_per_s,
    max_resident_bytes: resident_mib === undefined ? defaults.max_resident_bytes : resident_mib * MIB,
  };
  if (sampleBytesMax(stream) > stream.max_resident_bytes) {
    const rule = `must hold the longest sample (${sampleBytesMax(stream)} bytes)`;
    flags.report({
      path: "--resident-mib",
      rule,
      got: resident_mib,
      next_step: "Raise it, or lower --tokens.",
    });
  }
  const backends = readStreamBackends(flags);
  checkLocal(flags, backends, stream);
  return {
    backends,
    pairs: backends.length === 1 ? 1 : (flags.integer("pairs", 2) ?? 4),
    stream,
    hold_s: flags.positive("hold-s") ?? 3600,
    crash: flags.choice("crash", ROLES) ?? null,
    seed: flags.integer("seed", 0) ?? 1,
  };
}

/** All arms of a comparison have the same processes; local has one. */
function checkLocal(
  flags: FlagReader,
  backends: readonly FeatureBackendKind[],
  { producers, consumers }: FeatureStreamConfig,
): void {
  if (!backends.includes("local") || (producers === 1 && consumers === 1 && !flags.has("crash"))) return;
  flags.report({
    path: "--backend local",
    rule: "must have one producer and one consumer and no --crash, as they are one process",
    got: { producers, consumers, crash: flags.text("crash") ?? null },
    next_step: "Use --producers 1 --consumers 1, or another backend.",
  });
}

/** [pairs][backends]; the order within a pair alternates, the seed is the pair's. */
async function runPairs(plan: StreamPlan, dirs: RuntimeDirs): Promise<Result<readonly StreamPair[], string>> {
  const pairs: StreamPair[] = [];
  for (let pair = 0; pair < plan.pairs; pair++) {
    const order = pair % 2 === 0 ? plan.backends : plan.backends.toReversed();
    const figures = new Map<FeatureBackendKind, StreamFigures>();
    for (const backend of order) {
      const run = await runOne(plan, backend, pair, dirs);
      if (!run.ok) return run;
      figures.set(backend, run.value);
      console.error(`feature-stream: pair ${pair + 1} of ${plan.pairs}, ${backend}: done`);
    }
    pairs.push(plan.backends.map((backend) => present(figures.get(backend), "every backend ran")));
  }
  return ok(pairs);
}

/** Every run has a store of its own, empty at its start. */
async function runOne(
  plan: StreamPlan,
  backend: FeatureBackendKind,
  pair: number,
  dirs: RuntimeDirs,
): Promise<Result<StreamFigures, string>> {
  const { stream, hold_s, crash, seed } = plan;
  const store = await openStreamStore(backend, stream, dirs.socket_dir);
  if (!store.ok) return store;
  const { master_address, requester } = store.value;
  try {
    return await runFeatureStream({
      ...{ backend, stream, hold_s, crash, seed: seed + pair, name: `${backend}-${pair}` },
      ...{ work_dir: dirs.socket_dir, shm_dir: dirs.shm_dir, master_address, requester },
    });
  } finally {
    await store.value.stop();
  }
}
