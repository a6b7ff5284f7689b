// `bun run record`: the router alone in front of any OpenAI-compatible servers, recording what passes as a trace.
// package.json starts it with BUN_CONFIG_MAX_HTTP_REQUESTS, which Bun reads at process start only.

import { randomBytes } from "node:crypto";
import { OsClock } from "../clock/os_clock.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { DEFAULT_ROUTER_CORE_CONFIG } from "../core/router/router_core.ts";
import type { RouterRecording, RunningProcess } from "../stack/process_config.ts";
import { PROVED_PARALLEL_REQUESTS, proveParallelFetch } from "../stack/router/router_fetch_cap.ts";
import { serveRouter } from "../stack/router/router_http.ts";
import type { RouterRecordCounters } from "../stack/router/router_record_counters.ts";
import { RouterRecorder } from "../stack/router/router_recorder.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { RECORD_HELP } from "./record/record_help.ts";

const FLAGS = {
  upstream: "value",
  out: "value",
  port: "value",
  "block-tokens": "value",
  text: "switch",
  help: "switch",
} as const;

const DEFAULT_PORT = 8100;
const DEFAULT_BLOCK_TOKENS = 512;
const PROOF_WAIT_MS = 5_000;

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) {
    console.log(RECORD_HELP);
    return EXIT.DONE;
  }
  const upstreams = readUpstreams(flags);
  const port = flags.integer("port", 0) ?? DEFAULT_PORT;
  const recording = readRecording(flags);
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(`record: ${formatConfigProblem(problem)}`);
    console.error("See bun run record --help.");
    return EXIT.USAGE;
  }
  return record(upstreams, port, recording);
}

function readUpstreams(flags: FlagReader): readonly string[] {
  const text = flags.text("upstream") ?? "";
  const urls = text.split(",").map((url) => url.trim().replace(/\/+(v1\/*)?$/, ""));
  if (urls.every((url) => /^https?:\/\//.test(url) && URL.canParse(url))) return urls;
  const next_step = "Use for example --upstream http://127.0.0.1:8000.";
  flags.report({ path: "--upstream", rule: "must be URLs with commas between", got: text, next_step });
  return [];
}

function readRecording(flags: FlagReader): RouterRecording {
  const path = flags.text("out") ?? "";
  if (path === "") {
    const next_step = "Use for example --out traffic.jsonl.";
    flags.report({ path: "--out", rule: "must name the trace", got: undefined, next_step });
  }
  return {
    path,
    salt: randomBytes(16).toString("hex"),
    block_tokens: flags.integer("block-tokens", 1) ?? DEFAULT_BLOCK_TOKENS,
    include_text: flags.has("text"),
  };
}

async function record(
  upstreams: readonly string[],
  port: number,
  recording: RouterRecording,
): Promise<ExitCode> {
  const clock = new OsClock();
  const log = (line: string): void => console.error(`${clock.wallTime()} ${line}`);
  const proved = await proveParallelFetch(PROVED_PARALLEL_REQUESTS, PROOF_WAIT_MS, clock);
  const recorder = proved.ok ? await RouterRecorder.start(recording, clock, log) : proved;
  if (!recorder.ok) return notStarted(recorder.error.detail);
  const router = serveRouter(
    {
      kind: "router",
      name: "record",
      http_port: port,
      policy: "least_loaded",
      block_tokens: recording.block_tokens,
      kv_aware: DEFAULT_ROUTER_CORE_CONFIG.kv_aware,
      engines: upstreams.map((url) => ({ engine_name: url, role: "both", url })),
      record: recording,
    },
    clock,
    log,
    recorder.value,
  );
  if (!router.ok) {
    await recorder.value.close();
    return notStarted(router.error.detail);
  }
  console.log(
    `Recording http://127.0.0.1:${router.value.http_port} → ${upstreams.join(", ")} in ${recording.path}. Ctrl-C ends it.`,
  );
  await stopped(router.value);
  return summarise(recorder.value.counters, recording.path);
}

/** A second signal while the router stops changes nothing: the file is being closed. */
async function stopped(router: RunningProcess): Promise<void> {
  const signalled = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => signalled.resolve());
  await signalled.promise;
  await router.stop();
}

function summarise(counters: RouterRecordCounters, path: string): ExitCode {
  const { requests, rows, unanswered_requests, unreadable_requests, lost_rows } = counters;
  const { server_prompt_tokens, counted_prompt_tokens } = counters;
  const without = `${unanswered_requests} without an answer, ${unreadable_requests} not one prompt, ${lost_rows} lost`;
  console.log(
    rows === 0 ? "No rows, so no file." : `${path}: ${rows} rows of ${requests} requests; ${without}.`,
  );
  if (server_prompt_tokens > 0) {
    const ratio = (counted_prompt_tokens / server_prompt_tokens).toFixed(3);
    console.log(`Prompt tokens as counted here ÷ as the servers told: ${ratio}.`);
  }
  return lost_rows > 0 ? EXIT.INVALID_RUN : EXIT.DONE;
}

function notStarted(detail: string): ExitCode {
  console.error(`record: ${detail}`);
  return EXIT.STACK_FAILED;
}
