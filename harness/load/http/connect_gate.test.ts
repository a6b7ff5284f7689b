import { expect, test } from "bun:test";
import { ConnectGate } from "./connect_gate.ts";

test("as many as the limit are inside, and the others follow in the order of asking", async () => {
  const gate = new ConnectGate(2);
  const entered: string[] = [];
  const enter = (name: string): Promise<void> => gate.enter().then(() => void entered.push(name));
  const all = ["a", "b", "c", "d"].map(enter);
  await Promise.all(all.slice(0, 2));
  expect(entered).toEqual(["a", "b"]);
  gate.leave();
  await all[2];
  expect(entered).toEqual(["a", "b", "c"]);
  gate.leave();
  await all[3];
  gate.leave();
  gate.leave();
  expect(() => gate.leave()).toThrow("whoever leaves has entered");
});
