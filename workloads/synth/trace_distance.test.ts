import { expect, test } from "bun:test";
import { TraceInspector } from "../inspect/trace_inspector.ts";
import { ksDistance, traceDistance } from "./trace_distance.ts";

const list = (...values: number[]): Float64Array => Float64Array.from(values);

test("the distance of two distributions is the largest difference of their shares up to a value", () => {
  expect(ksDistance(list(1, 2, 3, 4), list(4, 3, 2, 1))).toBe(0);
  // Up to 2: 2 of 4 against 0 of 2.
  expect(ksDistance(list(1, 2, 3, 4), list(3, 4))).toBe(0.5);
  expect(ksDistance(list(1), list(2))).toBe(1);
  expect(ksDistance(list(), list(2))).toBeNull();
});

test("hit curves differ by their largest difference, at the capacity where it is", () => {
  const inspect = (prompts: readonly (readonly number[])[]) => {
    const inspector = new TraceInspector(10);
    for (const hash_ids of prompts) {
      inspector.add({
        at_ns: 0,
        delay_ns: null,
        input_tokens: 10,
        output_tokens: 1,
        hash_ids,
        session_id: null,
      });
    }
    return inspector.finish();
  };
  // Four prompts of a block: the first trace hits 2 of them from one block on, the second from two.
  const near = inspect([[0], [0], [1], [1]]);
  const far = inspect([[0], [1], [0], [1]]);
  expect(traceDistance(near, far).hit_curve).toEqual({ points: 50, at_capacity_tokens: 10 });
  expect(traceDistance(near, near).hit_curve?.points).toBe(0);
});
