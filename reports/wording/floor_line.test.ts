import { expect, test } from "bun:test";
import { machineFloor } from "../../harness/measure/floor_fixture.ts";
import type { Manifest } from "../../harness/measure/manifest.ts";
import { reportFixture } from "../report_fixture.ts";
import { floorLine } from "./floor_line.ts";

function manifest(floor: Manifest["floor"]): Manifest {
  const { floor: _, ...rest } = reportFixture().manifest;
  return floor === undefined ? rest : { ...rest, floor };
}

test("the floor is one line, and says why what is missing is missing", () => {
  expect(floorLine(manifest(machineFloor()))).toBe(
    "Floor of the load client: TTFT 0.100 ms, ITL 0.020 ms; 100,000 events/s, 6.50 µs CPU each; p99 schedule lag 0.900 ms at 500 requests/s.",
  );
  expect(floorLine(manifest(machineFloor({ itl_ms_p50: { na: "one read" } })))).toContain(
    "ITL n/a (one read);",
  );
  expect(floorLine(manifest({ na: "no client" }))).toBe("Floor of the load client: n/a (no client).");
  expect(floorLine(manifest(undefined))).toBe("Floor of the load client: n/a (it was not measured).");
});
