import { FACTORS } from "./factors/factor_registry.ts";
import { PRESETS } from "./presets/preset_registry.ts";
import { WORKLOAD_NAMES } from "./workload_schema.ts";

export const BENCH_HELP: string = `bench <topology> [options]
bench --endpoint URL [options]

Starts a master, an owner per node, the engines and a router, replays a workload against them, compares the levels
of one switch in order-balanced pairs with a fresh stack for each arm, and writes a run directory with the report.

Topology: <P>p<D>d (3p1d: three prefill engines, one decode engine) or <N>e (2e: two engines that do both);
<M>n behind it puts the engines on M nodes (4e1n: four engines on one) instead of one each.

  --ab FACTOR[=LEVEL,LEVEL…]  what to compare; the first level is the baseline (default preferred_segment=off,local)
  --ab none                   run one arm
  --workload NAME             ${WORKLOAD_NAMES.join(" | ")} (default conversation_like)
  --trace FILE                a trace of any format (trace --help) for the workload trace
  --limit N                   replay the first N requests of the trace
  --speedup X                 divide the trace's time stamps by X
  --profile NAME              a preset to start from (below; default: the workload's own; tier_pressure for switches of tiers and disk with multi_turn)
  --config FILE               settings in YAML or JSON, on top of the preset
  --set PATH=VALUE            one setting, on top of everything but the factor; may be repeated
  --pairs N                   repetitions of all arms (default 6; 1 with --ab none)
  --runtime NAME              live | sim | cluster, or both: live, then the simulator on the same seed (default live)
  --noise FILE                noise of this scenario, from noise: steadies the forecast of pairs that would decide
  --host FILE|NAME            the simulator's host: a profile from calibrate, or laptop (default: two cores and one disk for all
                              nodes) or cluster (a server a node)
  --store NAME                embedded | mooncake (default embedded; with --runtime cluster what the deployment offloads to)
  --deployment FILE           of --runtime cluster: the engines and the store to launch (doctor --schema; default: vllm serve over
                              Mooncake with 4 GiB on this machine; launch --dry-run prints what would run)
  --perfetto                  write trace_<arm>.json: the first pair's requests across client, router, engines and store, for
                              ui.perfetto.dev (at most 1,000 requests a process)
  --seed N                    seed of everything random (default 1)
  --out DIR                   where the run directory is made (default runs)
  --dry-run                   show the arms and their difference, start nothing
  --fail-on worse             exit 1 when a comparison says worse
  --json                      print the summary as JSON
  --help                      this text

A server that runs already (settings of workload, load, validity and seed hold; nothing is started):
  --endpoint [NAME=]URL       http://host:port[/base] of an OpenAI-compatible server; two are compared, in balanced order
  --metrics [NAME=]URL        /metrics of an engine that computes prompts, or of the store's master; may be repeated
  --reset-url [NAME=]URL      POSTed before each run, to empty its caches
  --model NAME                what to ask for (default: the first that the server lists)
  --api-key-env VARIABLE      the environment variable that holds the key
  --set load.prompt_as=chat   prompts as words, for servers that take no token ids
  --set load.dialect=openai   no fields of vLLM: answers end where they end

Presets:
${table(PRESETS.map(({ name, reason }) => [name, reason]))}

Factors:
${table(FACTORS.map((factor) => [factor.name, `${describeLevels(factor.levels)}${describeGaps(factor.unavailable)}`]))}

Examples:
  bun run bench 3p1d
  bun run bench 1p1d --ab tiers=hbm,hbm+cpu,hbm+cpu+disk
  bun run bench 2p2d --trace mooncake_conversation.jsonl --limit 200 --speedup 20 --ab none
  bun run bench --endpoint http://127.0.0.1:8000 --metrics http://127.0.0.1:8000/metrics --trace conversation.jsonl
  bun run bench 2e --ab routing=round_robin,session --set workload.sessions=48 --pairs 8

Exit codes: 0 done; 1 worse (with --fail-on worse); 2 usage or configuration; 3 the run is invalid; 4 the stack failed.
`;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}

function describeLevels(levels: (typeof FACTORS)[number]["levels"]): string {
  return typeof levels === "string" ? `number (${levels})` : levels.map((level) => level.name).join(" | ");
}

function describeGaps(unavailable: Readonly<Record<string, string>>): string {
  const names = Object.keys(unavailable);
  return names.length === 0 ? "" : `  (not available: ${names.join(", ")})`;
}
