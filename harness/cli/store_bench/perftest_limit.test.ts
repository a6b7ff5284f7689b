import { expect, test } from "bun:test";
import { bandwidthOf } from "./perftest_limit.ts";

test("the average of perftest's table is read in bytes per second", () => {
  const output = [
    " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]",
    " 1048576    32               0.41               0.40               0.000048",
  ].join("\n");
  // 0.40 Gbit/s ÷ 8 = 50 MB/s.
  expect(bandwidthOf(output)).toBe(0.05e9);
  expect(bandwidthOf("Couldn't connect to 127.0.0.1:18515")).toBeNull();
});
