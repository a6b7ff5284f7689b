import { expect, test } from "bun:test";
import type { KvConnector, KvOffer } from "./kv_connector.ts";
import { MultiConnector } from "./multi_connector.ts";

const POOL = {};

class FakeConnector implements KvConnector<string> {
  readonly connector_name: string;
  readonly calls: string[] = [];
  transfer_params: readonly string[] = [];
  block_pool: object = POOL;
  waits = false;
  tokens = 0;
  /** Null: the reset ends when the test says. */
  reset_ok: boolean | null = true;
  endReset: (ok: boolean) => void = () => {};

  constructor(name: string, changes: Partial<FakeConnector> = {}) {
    this.connector_name = name;
    Object.assign(this, changes);
  }

  defers(request: string): boolean {
    this.calls.push(`defers ${request}`);
    return this.waits;
  }

  offer(_request: string, computed_tokens: number): KvOffer | null {
    this.calls.push("offer");
    return this.tokens > computed_tokens ? { when: "now", end_tokens: this.tokens } : null;
  }

  load(): void {}

  passedOver(request: string): void {
    this.calls.push(`passed over ${request}`);
  }

  save(request: string): void {
    this.calls.push(`save ${request}`);
  }

  reset(force: boolean, _now_ns: number, done: (ok: boolean) => void): void {
    this.calls.push(`reset ${force}`);
    if (this.reset_ok === null) this.endReset = done;
    else done(this.reset_ok);
  }
}

test("spec §1.11: the first child with hits loads, however much the second has; the others hear that they do not", () => {
  for (const [a_tokens, b_tokens, loader] of [
    [16, 64, "a"],
    [0, 64, "b"],
    [0, 0, undefined],
  ] as const) {
    const a = new FakeConnector("a", { tokens: a_tokens });
    const b = new FakeConnector("b", { tokens: b_tokens });
    const both = new MultiConnector([a, b]);
    const chosen = both.offer("r", 0);
    expect(chosen?.connector.connector_name).toBe(loader as never);
    both.settle("r", chosen);
    for (const child of [a, b]) {
      const passed = child.connector_name === loader ? [] : ["passed over r"];
      expect(child.calls).toEqual(["offer", ...passed]);
    }
  }
});

test("spec §1.11: hits that the engine has itself are none", () => {
  expect(new MultiConnector([new FakeConnector("a", { tokens: 16 })]).offer("r", 16)).toBeNull();
});

test("spec §1.11: a child that does not know yet defers the request, and every child is asked", () => {
  const a = new FakeConnector("a", { waits: true });
  const b = new FakeConnector("b", { tokens: 64 });
  expect(new MultiConnector([a, b]).defers("r", 0)).toBe(true);
  expect(b.calls).toEqual(["defers r"]);
  a.waits = false;
  expect(new MultiConnector([a, b]).defers("r", 0)).toBe(false);
});

test("spec §1.11: all save", () => {
  const children = [new FakeConnector("a"), new FakeConnector("b")];
  new MultiConnector(children).save("r");
  expect(children.map(({ calls }) => calls)).toEqual([["save r"], ["save r"]]);
});

test("spec §1.11: two children that add the same kv_transfer_params cannot be composed", () => {
  const a = new FakeConnector("a", { transfer_params: ["transfer_id", "host"] });
  const b = new FakeConnector("b", { transfer_params: ["host"] });
  expect(() => new MultiConnector([a, b])).toThrow(
    "Key clash in kv_transfer_params from multiple connectors: {'host' of a and b}",
  );
});

test("spec §1.11: every child is bound to the one block pool", () => {
  const stray = new FakeConnector("stray", { block_pool: {} });
  expect(() => new MultiConnector([new FakeConnector("a"), stray])).toThrow(
    "bound to the engine's block pool",
  );
});

test("spec errata 1: a reset reaches every child though the first failed, and has failed as a whole", () => {
  const a = new FakeConnector("a", { reset_ok: false });
  const b = new FakeConnector("b", { reset_ok: null });
  const ends: boolean[] = [];
  new MultiConnector([a, b]).reset(true, 0, (ok) => ends.push(ok));
  expect([a.calls, b.calls, ends]).toEqual([["reset true"], ["reset true"], []]);
  b.endReset(true);
  expect(ends).toEqual([false]);
});

test("a reset is well when every child's is", () => {
  const ends: boolean[] = [];
  const both = new MultiConnector([new FakeConnector("a"), new FakeConnector("b")]);
  both.reset(false, 0, (ok) => ends.push(ok));
  expect(ends).toEqual([true]);
});
