import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import type { LoadConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import type { Session } from "../../domain/session.ts";
import { type ClientShare, ownSlots, WHOLE_LOAD } from "./client_share.ts";
import { createSource } from "./create_source.ts";

const NUM_CLIENTS = 3;
const SESSIONS: Session[] = Array.from({ length: 7 }, (_, i) => ({
  session_id: `s${i}`,
  phase_index: i < 4 ? 0 : 1,
  turns: [{ prompt: [], output_tokens: 1, think_ns: 0, at_ns: 1_000 * i }],
}));

function load(changes: Partial<LoadConfig>): LoadConfig {
  const config = parseArmConfig({ topology: "1e" });
  if (!config.ok) throw new Error("the defaults are valid");
  return { ...config.value.load, ...changes };
}

/** `s0@0` of every request, all phases, in the order of sending; every request finishes at once. */
function sent(of_load: LoadConfig, share: ClientShare, sessions: readonly Session[] = SESSIONS): string[] {
  const source = createSource(of_load, sessions, new Random(7), share);
  const lines: string[] = [];
  for (let now_ns = 0; ; ) {
    const next = source.next(now_ns);
    if (next.state === "done") return lines;
    if (next.state === "wait") now_ns = next.until_ns;
    else if (next.state === "barrier") next.begin(1_000_000);
    else if (next.state === "send") {
      lines.push(`${next.request.session_id}@${next.request.intended_ns}`);
      source.finished(next.request, now_ns, false);
    }
  }
}

const SHARES = Array.from({ length: NUM_CLIENTS }, (_, client_index) => ({
  client_index,
  num_clients: NUM_CLIENTS,
}));

test.each(["poisson", "constant", "trace"] as const)(
  "the clients of a load with %s arrivals send together what one sends, at the same times",
  (arrivals) => {
    const one_phase = SESSIONS.map((session) => ({ ...session, phase_index: 0 }));
    const config = load({ arrivals, rate_per_s: 1_000 });
    const together = SHARES.flatMap((share) => sent(config, share, one_phase));
    expect(together.toSorted()).toEqual(sent(config, WHOLE_LOAD, one_phase).toSorted());
    expect(together).toHaveLength(7);
  },
);

test("a client without a session in a phase still meets its barrier", () => {
  const sessions = SESSIONS.slice(0, 5); // phase 0: s0 … s3; phase 1: s4 alone, of client 0
  const config = load({ arrivals: "closed", concurrency: 3 });
  const of_client = SHARES.map((share) => sent(config, share, sessions).map((line) => line.slice(0, 2)));
  expect(of_client).toEqual([["s0", "s3", "s4"], ["s1"], ["s2"]]);
});

test("the slots of a closed loop are dealt out whole", () => {
  expect(SHARES.map((share) => ownSlots(8, share))).toEqual([3, 3, 2]);
});
