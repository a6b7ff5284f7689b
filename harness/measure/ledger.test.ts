import { expect, test } from "bun:test";
import type { RequestRecord } from "../domain/request_record.ts";
import type { ArmRun, ProcessScrape } from "./arm_run.ts";
import { balanceLedger } from "./ledger.ts";
import { FAILED, requestRecord } from "./request_fixture.ts";
import type { Ledger } from "./run_summary.ts";
import { engineScrape, masterScrape } from "./scrape_fixture.ts";

// Two requests of 1,000 prompt and 4 output tokens; 64 + 32 tokens from hbm, 48 from cpu, 16 from disk; blocks of 16 tokens,
// one key each: 3 keys from cpu, 1 from disk, 100 bytes a key.
const RECORDS = [
  requestRecord({ request_id: "s0/0", cached_tokens: { hbm: 64, cpu: 48, disk: 0 } }),
  requestRecord({ request_id: "s1/0", cached_tokens: { hbm: 32, cpu: 0, disk: 16 } }),
];
const PREFILL = {
  "tierbench:cached_tokens{hbm}": 96,
  "tierbench:cached_tokens{cpu}": 48,
  "tierbench:cached_tokens{disk}": 16,
  "tierbench:prompt_tokens": 2000,
  "tierbench:generation_tokens": 2,
  "tierbench:get_keys": 4,
  "tierbench:failed_get_keys": 0,
  "tierbench:load_bytes{cpu}": 300,
  "tierbench:load_bytes{disk}": 100,
  "tierbench:store_read_keys{cpu}": 3,
  "tierbench:store_read_keys{disk}": 1,
  "tierbench:store_read_bytes{cpu}": 300,
  "tierbench:store_read_bytes{disk}": 100,
};
// The decode engine pulled both prompts: its prompt tokens are not counted again.
const DECODE = Object.fromEntries(Object.keys(PREFILL).map((name) => [name, 0]));
const DECODED = { ...DECODE, "tierbench:prompt_tokens": 2000, "tierbench:generation_tokens": 8 };
const MASTER = { mem_cache_hit_nums_: 3, file_cache_hit_nums_: 1, master_tierbench_offloaded_key_count: 0 };

function balance(
  records: readonly RequestRecord[],
  prefill: Record<string, number>,
  extra: Partial<ArmRun> = {},
): Ledger {
  const scrapes: ProcessScrape[] = [
    engineScrape("prefill-0", "prefill", prefill),
    engineScrape("decode-0", "decode", DECODED),
    masterScrape(MASTER),
  ];
  const run: ArmRun = { pair_index: 0, duration_ns: 1e9, records, scrapes, faults: [], ...extra };
  return balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 1 });
}

function row(ledger: Ledger, what: string) {
  return ledger.rows.find((entry) => entry.what === what);
}

test("client, engines and store that count the same balance", () => {
  const ledger = balance(RECORDS, PREFILL);
  expect(ledger.rows.filter((entry) => !entry.agrees)).toEqual([]);
  expect(ledger.balanced).toBe(true);
  expect(row(ledger, "cpu cached tokens")).toMatchObject({ client: 48, engine: 48, store: 48 }); // 3 keys × 16
  expect(row(ledger, "prompt tokens")).toMatchObject({ client: 2000, engine: 2000 });
  expect(row(ledger, "output tokens")).toMatchObject({ client: 8, engine: 8 });
  expect(row(ledger, "keys loaded")).toMatchObject({ engine: 4, store: 4 });
  expect(row(ledger, "keys found at the master")).toMatchObject({ engine: 4, store: 4 });
  expect(row(ledger, "disk loaded bytes")).toMatchObject({ engine: 100, store: 100 });
  expect(row(ledger, "finished requests")?.engine).toHaveProperty("na");
});

test.each(Object.keys(PREFILL).filter((name) => !name.includes("generation_tokens")))(
  "one unit too many in %s breaks it",
  (name) => {
    const ledger = balance(RECORDS, { ...PREFILL, [name]: (PREFILL[name as keyof typeof PREFILL] ?? 0) + 1 });
    expect(ledger.balanced).toBe(false);
  },
);

test("a failed request excuses work that the client did not see, never the opposite", () => {
  const failed = [RECORDS[0] ?? requestRecord(), { ...requestRecord({ request_id: "s1/0" }), ...FAILED }];
  const ledger = balance(failed, PREFILL);
  expect(row(ledger, "prompt tokens")).toMatchObject({ client: 1000, engine: 2000, agrees: true });
  expect(row(ledger, "prompt tokens")?.detail).toBe(
    "counts differ: 1 requests failed, of 1000 prompt tokens",
  );
  const unexplained = balance(failed, { ...PREFILL, "tierbench:prompt_tokens": 2001 });
  expect(row(unexplained, "prompt tokens")?.agrees).toBe(false); // 1,001 more than seen, 1,000 excused
  const short = balance(failed, { ...PREFILL, "tierbench:prompt_tokens": 999 });
  expect(row(short, "prompt tokens")?.agrees).toBe(false);
});

test("keys that failed to load excuse keys read beyond the tokens used, and are named", () => {
  // 5 attempted, 1 failed; one loaded key lay behind the failed one and was computed again: 4 keys read, 2 × 16 tokens used on cpu
  const used = [
    RECORDS[1] ?? requestRecord(),
    requestRecord({ cached_tokens: { hbm: 64, cpu: 32, disk: 0 } }),
  ];
  const ledger = balance(used, {
    ...PREFILL,
    "tierbench:get_keys": 5,
    "tierbench:failed_get_keys": 1,
    "tierbench:cached_tokens{cpu}": 32,
  });
  expect(ledger.balanced).toBe(true);
  expect(row(ledger, "cpu cached tokens")).toMatchObject({ client: 32, engine: 32, store: 48 });
  expect(row(ledger, "cpu cached tokens")?.detail).toContain("1 keys failed to load");
});

test("a response without cached tokens makes the client's count missing, not smaller", () => {
  const ledger = balance([RECORDS[0] ?? requestRecord(), requestRecord({ cached_tokens: null })], PREFILL);
  expect(row(ledger, "hbm cached tokens")?.client).toEqual({
    na: "a response did not report its cached tokens",
  });
});

test("a block stored as two keys counts once, and only over both tiers: it counts for the slower of its keys", () => {
  // two blocks: one with both keys in memory, one with a key in memory and a key on disk
  const series = {
    "tierbench:store_read_keys{cpu}": 3,
    "tierbench:store_read_keys{disk}": 1,
    "tierbench:cached_tokens{cpu}": 16,
    "tierbench:cached_tokens{disk}": 16,
  };
  const run: ArmRun = {
    pair_index: 0,
    duration_ns: 1e9,
    records: [requestRecord({ cached_tokens: { hbm: 0, cpu: 16, disk: 16 } })],
    scrapes: [engineScrape("e", "both", series)],
    faults: [],
  };
  const ledger = balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 2 });
  expect(row(ledger, "cpu + disk cached tokens")).toMatchObject({ client: 32, engine: 32, store: 32 }); // 4 / 2 × 16
  expect(row(ledger, "cpu cached tokens")).toBeUndefined();
});

test("a prompt that was loaded whole has one cached token less than its keys, and no more is excused", () => {
  const records = [
    requestRecord({ request_id: "s0/0", cached_tokens: { hbm: 64, cpu: 47, disk: 0 } }),
    ...RECORDS.slice(1),
  ];
  const engine = { ...PREFILL, "tierbench:cached_tokens{cpu}": 47, "tierbench:whole_prompt_hits": 1 };
  expect(row(balance(records, engine), "cpu cached tokens")).toMatchObject({ agrees: true, store: 48 });
  const two_less = { ...engine, "tierbench:cached_tokens{cpu}": 46 };
  expect(row(balance(records, two_less), "cpu cached tokens")).toMatchObject({ agrees: false });
});

test("with several ranks each must have loaded its share of the keys", () => {
  const ofRanks = (first: number, second: number, records = RECORDS): Ledger => {
    const by_rank = {
      "tierbench:loaded_keys_by_rank{0}": first,
      "tierbench:loaded_keys_by_rank{1}": second,
    };
    const scrapes = [engineScrape("prefill-0", "prefill", { ...PREFILL, ...by_rank }), masterScrape(MASTER)];
    const run: ArmRun = { pair_index: 0, duration_ns: 1e9, records, scrapes, faults: [] };
    return balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 2 });
  };
  expect(row(ofRanks(2, 2), "keys loaded by rank 1")).toMatchObject({ engine: 2, store: 2, agrees: true });
  expect(row(ofRanks(3, 1), "keys loaded by rank 1")).toMatchObject({ engine: 1, store: 2, agrees: false });
  // A client that goes away ends its load before a busy rank has begun it: then the ranks need not be equal.
  const gone = { code: "timeout", detail: "" } as const;
  const cut_short = ofRanks(3, 1, [...RECORDS, requestRecord({ error: gone })]);
  expect(cut_short.rows.filter(({ what }) => what.startsWith("keys loaded by rank"))).toEqual([]);
});

test("a real Mooncake's master may count more finds than were asked for, never fewer, and the row says so", () => {
  const balanceWith = (mem_cache_hit_nums_: number) => {
    const scrapes = [
      engineScrape("prefill-0", "prefill", PREFILL),
      engineScrape("decode-0", "decode", DECODED),
      masterScrape({ mem_cache_hit_nums_, file_cache_hit_nums_: 1 }), // no series of this program
    ];
    return row(balance(RECORDS, PREFILL, { scrapes }), "keys found at the master");
  };
  expect(balanceWith(3)).toMatchObject({ agrees: true, store: 4 });
  expect(balanceWith(7)).toMatchObject({ agrees: true, detail: expect.stringContaining("a real Mooncake") });
  expect(balanceWith(2)?.agrees).toBe(false);
});
