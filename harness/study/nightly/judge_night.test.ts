import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import type { Acknowledgement, NightValues } from "./history.ts";
import { type Confirm, judgeNight, type NightFinding, type NightSeries } from "./judge_night.ts";

const TTFT: NightSeries["metric"] = { metric: "ttft_ms_mean", unit: "percent", goodness: "lower" };

/** Four pairs around `level`, 1 apart; the same in every night. */
function night(night_id: number, level: number): NightValues {
  return { night_id, values: new Map([-1, 0, 1, 2].map((shift, pair) => [pair, level + shift])) };
}

function series(levels: readonly number[]): NightSeries {
  return { scenario: "x", metric: TTFT, nights: levels.map((level, i) => night(i + 1, level)) };
}

const again =
  (level: number): Confirm =>
  async () =>
    new Map([[TTFT.metric, night(0, level)]]);

async function judge(
  one: NightSeries,
  confirm: Confirm,
  acks: readonly Acknowledgement[] = [],
): Promise<NightFinding> {
  const [finding] = await judgeNight([one], acks, confirm, new Random(1));
  if (finding === undefined) throw new Error("one series, one finding");
  return finding;
}

test("the first night has nothing to be compared with", async () => {
  expect(await judge(series([100]), again(100))).toMatchObject({
    status: "first",
    paired: null,
    baseline_night_id: null,
  });
}, 180_000);

test("10 % worse than the baseline and again in the second run is a regression", async () => {
  const finding = await judge(series([100, 110]), again(110));
  expect(finding.status).toBe("regressed");
  // Means over the pairs: 100.5 and 110.5, so + 10 / 100.5 = 9.95 %
  expect(finding.paired?.estimate).toBeCloseTo(9.95, 2);
}, 180_000);

test("what the second run does not show is not a regression", async () => {
  expect((await judge(series([100, 110]), again(100))).status).toBe("unconfirmed");
  expect((await judge(series([100, 110]), async () => null)).status).toBe("unconfirmed");
}, 180_000);

test("a second run is made for suspects only", async () => {
  const never: Confirm = () => {
    throw new Error("nothing is suspicious");
  };
  expect((await judge(series([100, 101]), never)).status).toBe("steady");
  expect((await judge(series([100, 90]), never)).status).toBe("improved");
}, 180_000);

test("nights that differ as much among themselves do not alarm", async () => {
  // Night means swing by ± 5: the pairs agree on + 5 %, the gate knows that it is usual.
  const levels = [100, 105, 95, 104, 96, 105, 95, 103, 97, 105];
  const finding = await judge(series(levels), again(105));
  expect(finding.verdict).toBe("worse");
  expect(Math.abs(finding.gate?.deviation ?? 0)).toBeLessThan(finding.gate?.limit ?? 0);
  expect(finding.status).toBe("steady");
}, 180_000);

test("a slow step that single nights hide is found as a change point", async () => {
  const wobble = [0, 2, -2, 1, -1, 2, -2, 1, 0, -1, 2, -2];
  const levels = [...wobble.map((w) => 100 + w), ...wobble.map((w) => 104 + w)];
  const finding = await judge(series(levels), again(104));
  expect(finding.change?.night_id).toBe(13);
  expect(finding.suspicions).toContain("drift");
  expect(finding.status).toBe("regressed");
}, 180_000);

test("an acknowledged night is the new baseline", async () => {
  const ack = { night_id: 2, scenario: "x", metric: null, reason: "larger model", acked_at: "" };
  const finding = await judge(series([100, 110, 110]), again(110), [ack]);
  expect(finding).toMatchObject({ status: "steady", baseline_night_id: 2, acknowledged: ack });
  expect((await judge(series([100, 110, 110]), again(110), [{ ...ack, scenario: "y" }])).status).toBe(
    "regressed",
  );
}, 180_000);

test("a metric of which more is better regresses downwards", async () => {
  const hits = {
    ...series([100, 90]),
    metric: { metric: "requests_per_s", unit: "percent", goodness: "higher" } as const,
  };
  const [finding] = await judgeNight(
    [hits],
    [],
    async () => new Map([["requests_per_s", night(0, 90)]]),
    new Random(1),
  );
  expect(finding?.status).toBe("regressed");
}, 180_000);
