// The ledger: the same tokens, requests, keys and bytes as counted by the client (records), the engines (their counters)
// and the store (the engines' store clients, and the master). Every row must agree exactly, or the run is refused.
//
// Four things break equality without anyone miscounting, and a row says so and falls back to an inequality:
//   failed requests   the engines counted work of which the client saw no end: engine ≥ client, by no more than their prompts
//   repeated loads    a load that failed in part, or a preempted request that loads again, finds and reads keys whose tokens
//                     are not (or are twice) part of a prompt: keys found ≥ keys read ≥ tokens used
//   a real Mooncake     its master finds keys more often than they were asked for: keys found ≥ keys read
//   whole prompts       of a prompt that was loaded whole the last token is computed again, and one token less is cached
// What the client knows nothing of is {na}, and a row with fewer than two witnesses proves nothing and fails nothing.

import type { RequestRecord } from "../domain/request_record.ts";
import type { StoreTier, Tier } from "../domain/tier.ts";
import type { ArmRun } from "./arm_run.ts";
import { armCounter, type Witness } from "./arm_scrapes.ts";
import { isAvailable, na, sumOf, withAll } from "./measured.ts";
import { ENGINE_SERIES, MASTER_SERIES, STORE_CLIENT_SERIES } from "./metric_names.ts";
import type { Ledger, Measured } from "./run_summary.ts";

export interface LedgerInput {
  readonly runs: readonly ArmRun[];
  readonly block_tokens: number;
  /** Keys that a load of one block reads: one a rank. */
  readonly keys_per_block: number;
}

const STORE_TIERS: readonly StoreTier[] = ["cpu", "disk"];

type LedgerRow = Ledger["rows"][number];

/** Why counts may differ, and by how much at most. */
interface Excuse {
  readonly detail: string;
  readonly slack: number;
}

/** Null: nothing of the kind happened, and equality is demanded. */
interface Excuses {
  /** Slack in prompt tokens. */
  readonly failed_requests: Excuse | null;
  readonly repeated_loads: Excuse | null;
  /** Slack in tokens. */
  readonly whole_prompts: Excuse | null;
}

export function balanceLedger(input: LedgerInput): Ledger {
  const excuses = findExcuses(input.runs);
  const rows = [
    ...tokenRows(input, excuses),
    ...keyRows(input, excuses),
    ...rankRows(input),
    ...byteRows(input),
  ];
  return { balanced: rows.every((row) => row.agrees), rows };
}

function tokenRows(input: LedgerInput, excuses: Excuses): LedgerRow[] {
  const { runs } = input;
  return [
    judge(
      { ...cachedTokens(input, "hbm cached tokens", ["hbm"]), store: na("HBM hits never reach the store") },
      excuses.failed_requests,
    ),
    ...storeTokenRows(input, excuses),
    ...requestRows(runs, excuses),
  ];
}

/**
 * Where a block is one key, each tier is a row of its own. Where it is several, a block counts for the slowest tier that one
 * of its keys came from, so that only the sum over tiers can be told from keys.
 */
function storeTokenRows(input: LedgerInput, excuses: Excuses): LedgerRow[] {
  const { runs, block_tokens, keys_per_block } = input;
  const groups: readonly (readonly StoreTier[])[] =
    keys_per_block === 1 ? STORE_TIERS.map((tier) => [tier]) : [STORE_TIERS];
  return groups.map((tiers) => {
    const keys = readKeys(runs, "prompt_engines", tiers);
    const store = withAll([keys], ([read = 0]) => (read / keys_per_block) * block_tokens);
    const row = { ...cachedTokens(input, `${tiers.join(" + ")} cached tokens`, tiers), store };
    return judge(row, excuses.failed_requests, excuses.repeated_loads, excuses.whole_prompts);
  });
}

function cachedTokens(
  { runs }: LedgerInput,
  what: string,
  tiers: readonly Tier[],
): Pick<LedgerRow, "what" | "client" | "engine"> {
  const reported = ({ cached_tokens }: RequestRecord): Measured =>
    cached_tokens === null
      ? na("a response did not report its cached tokens")
      : tiers.reduce((sum, tier) => sum + cached_tokens[tier], 0);
  return {
    what,
    client: clientSum(runs, reported),
    engine: sumOf(
      tiers.map((tier) => armCounter(runs, "prompt_engines", ENGINE_SERIES.cached_tokens, { tier })),
    ),
  };
}

/** Of a failed request the engines may have generated any number of tokens. */
function requestRows(runs: readonly ArmRun[], { failed_requests }: Excuses): LedgerRow[] {
  const anyAmount = failed_requests === null ? null : { ...failed_requests, slack: Number.POSITIVE_INFINITY };
  const store = na("the store does not count it");
  const prompts = {
    what: "prompt tokens",
    client: clientSum(runs, (record) => record.input_tokens),
    engine: armCounter(runs, "prompt_engines", ENGINE_SERIES.prompt_tokens),
    store,
  };
  const outputs = {
    what: "output tokens",
    client: clientSum(runs, (record) => record.output_tokens),
    engine: armCounter(runs, "output_engines", ENGINE_SERIES.generation_tokens),
    store,
  };
  const requests = {
    what: "finished requests",
    client: clientSum(runs, () => 1),
    engine: armCounter(runs, "output_engines", ENGINE_SERIES.finished_requests),
    store,
  };
  return [judge(prompts, failed_requests), judge(outputs, anyAmount), judge(requests, anyAmount)];
}

/** Successful requests only: of a failed one the client does not know what was done. */
function clientSum(runs: readonly ArmRun[], of: (record: RequestRecord) => Measured): Measured {
  return sumOf(runs.flatMap((run) => run.records.filter((record) => record.error === null).map(of)));
}

function keyRows({ runs }: LedgerInput, excuses: Excuses): LedgerRow[] {
  const engine = (series: string): Measured => armCounter(runs, "engines", series);
  const loaded = withAll(
    [engine(ENGINE_SERIES.get_keys), engine(ENGINE_SERIES.failed_get_keys)],
    ([attempted = 0, failed = 0]) => attempted - failed,
  );
  const found = sumOf(
    [MASTER_SERIES.mem_cache_hit_nums, MASTER_SERIES.file_cache_hit_nums].map((series) =>
      armCounter(runs, "master", series),
    ),
  );
  const client = na("clients do not see keys");
  return [
    judge({ what: "keys loaded", client, engine: loaded, store: readKeys(runs, "engines", STORE_TIERS) }),
    judge(
      { what: "keys found at the master", client, engine: loaded, store: found },
      excuses.repeated_loads,
      isRealMooncake(runs) ? ASKED_MORE_OFTEN : null,
    ),
  ];
}

/** Its master was seen to count up to twice the keys that three engines at once had asked a GET for, and exactly those of one. */
const ASKED_MORE_OFTEN: Excuse = {
  detail: "a real Mooncake's master counts more finds than its GETs ask for, why is not known",
  slack: Number.POSITIVE_INFINITY,
};

/** Its master exports none of this program's own series. */
function isRealMooncake(runs: readonly ArmRun[]): boolean {
  const masters = runs.flatMap(({ scrapes }) => scrapes.filter(({ kind }) => kind === "master"));
  return masters.some(({ after }) => after !== null && !after.has(MASTER_SERIES.offloaded_key_count));
}

/** Every rank reads its shard of every block that is loaded, so each has read as much as the store gave out, divided by ranks. */
function rankRows({ runs, keys_per_block }: LedgerInput): LedgerRow[] {
  const failed = armCounter(runs, "engines", ENGINE_SERIES.failed_get_keys);
  // A load that fails on one rank is done on the others; one whose client has gone is not begun by ranks that are busy.
  const cut_short = failed !== 0 || runs.some(({ records }) => records.some(({ error }) => error !== null));
  if (keys_per_block === 1 || cut_short) return [];
  const share = withAll([readKeys(runs, "engines", STORE_TIERS)], ([read = 0]) => read / keys_per_block);
  return Array.from({ length: keys_per_block }, (_, rank) =>
    judge({
      what: `keys loaded by rank ${rank}`,
      client: na("clients do not see keys"),
      engine: armCounter(runs, "engines", ENGINE_SERIES.loaded_keys_by_rank, { rank: String(rank) }),
      store: share,
    }),
  );
}

function readKeys(runs: readonly ArmRun[], who: Witness, tiers: readonly StoreTier[]): Measured {
  return sumOf(tiers.map((tier) => armCounter(runs, who, STORE_CLIENT_SERIES.read_keys, { tier })));
}

function byteRows({ runs }: LedgerInput): LedgerRow[] {
  return STORE_TIERS.map((tier) =>
    judge({
      what: `${tier} loaded bytes`,
      client: na("clients do not see bytes of KV"),
      engine: armCounter(runs, "engines", ENGINE_SERIES.load_bytes, { tier }),
      store: armCounter(runs, "engines", STORE_CLIENT_SERIES.read_bytes, { tier }),
    }),
  );
}

/** Equal, or ascending client ≤ engine ≤ store within the slack of what excuses it. */
function judge(
  row: { what: string; client: Measured; engine: Measured; store: Measured },
  ...excuses: readonly (Excuse | null)[]
): LedgerRow {
  const counts = [row.client, row.engine, row.store].filter(isAvailable);
  if (counts.every((count) => count === counts[0])) return { ...row, agrees: true };
  const valid = excuses.filter((excuse) => excuse !== null);
  const ascending = counts.every((count, i) => i === 0 || count >= Number(counts[i - 1]));
  const slack = valid.reduce((sum, excuse) => sum + excuse.slack, 0);
  const agrees = ascending && Math.max(...counts) - Math.min(...counts) <= slack;
  const why = valid.map((excuse) => excuse.detail).join("; ");
  return { ...row, agrees, detail: why === "" ? "counts differ" : `counts differ: ${why}` };
}

function findExcuses(runs: readonly ArmRun[]): Excuses {
  // A rejected request never was at an engine.
  const failed = runs
    .flatMap((run) => run.records)
    .filter(({ error }) => error !== null && error.code !== "rejected");
  const lost = failed.reduce((sum, record) => sum + record.input_tokens, 0);
  const counted = (series: string, who: Witness = "engines"): number => {
    const value = armCounter(runs, who, series);
    return isAvailable(value) ? value : 0;
  };
  const whole_prompts = counted(ENGINE_SERIES.whole_prompt_hits, "prompt_engines");
  const repeats = [
    { count: counted(ENGINE_SERIES.failed_get_keys), what: "keys failed to load" },
    { count: counted(ENGINE_SERIES.recomputed_requests), what: "requests computed lost blocks again" },
    { count: counted(ENGINE_SERIES.preemptions), what: "preemptions" },
  ].filter(({ count }) => count > 0);
  return {
    failed_requests:
      failed.length === 0
        ? null
        : { detail: `${failed.length} requests failed, of ${lost} prompt tokens`, slack: lost },
    repeated_loads:
      repeats.length === 0
        ? null
        : {
            detail: repeats.map(({ count, what }) => `${count} ${what}`).join(", "),
            slack: Number.POSITIVE_INFINITY,
          },
    whole_prompts:
      whole_prompts === 0
        ? null
        : { detail: `${whole_prompts} prompts were loaded whole`, slack: whole_prompts },
  };
}
