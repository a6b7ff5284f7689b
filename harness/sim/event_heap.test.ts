import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { EventHeap } from "./event_heap.ts";

interface Pushed {
  readonly time_ns: number;
  readonly priority: number;
  readonly sequence: number;
}

function drain(heap: EventHeap): void {
  while (heap.length > 0) heap.pop()();
}

test("earlier events come first, at one time those of lower priority, and of equal ones those pushed first", () => {
  const heap = new EventHeap();
  const ran: string[] = [];
  for (const [name, time_ns, priority] of [
    ["late", 20, 0],
    ["low", 10, 3],
    ["first of equals", 10, 1],
    ["second of equals", 10, 1],
    ["early", 5, 9],
  ] as const) {
    heap.push(time_ns, priority, () => ran.push(name));
  }
  expect([heap.next_time_ns, heap.next_priority]).toEqual([5, 9]);
  drain(heap);
  expect(ran).toEqual(["early", "first of equals", "second of equals", "low", "late"]);
});

test("the order is that of sorting by (time, priority, sequence), whatever is pushed and popped in between", () => {
  const random = new Random(7);
  const heap = new EventHeap();
  let pending: Pushed[] = [];
  const popped: Pushed[] = [];
  for (let sequence = 0; sequence < 5_000; sequence++) {
    const pushed = { time_ns: random.below(50), priority: random.below(4), sequence };
    pending.push(pushed);
    heap.push(pushed.time_ns, pushed.priority, () => popped.push(pushed));
    if (random.below(3) > 0) continue;
    heap.pop()();
    pending.sort(inOrder);
    expect(popped.at(-1)).toEqual(pending.shift() as Pushed);
  }
  const taken = popped.length;
  drain(heap);
  pending = pending.sort(inOrder);
  expect(popped.slice(taken)).toEqual(pending);
});

function inOrder(a: Pushed, b: Pushed): number {
  return a.time_ns - b.time_ns || a.priority - b.priority || a.sequence - b.sequence;
}
