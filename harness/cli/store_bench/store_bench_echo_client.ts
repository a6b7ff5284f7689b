// Asks the echo of store_bench_echo.ts, one message at a time, and prints the median round trip in µs. Arguments: the socket's path, ms.

import { OsClock } from "../../clock/os_clock.ts";
import { msToNs, NS_PER_US } from "../../domain/units.ts";
import { median } from "../../measure/store_bench_figures.ts";

const MESSAGE_BYTES = 64;

const clock = new OsClock();
const end_ns = clock.now_ns() + msToNs(Number(process.argv[3]));
const message = new Uint8Array(MESSAGE_BYTES);
let received = 0;
let answered: (() => void) | null = null;
const socket = await Bun.connect({
  unix: process.argv[2] ?? "",
  socket: {
    data: (_socket, bytes) => {
      received += bytes.length;
      if (received >= MESSAGE_BYTES) answered?.();
    },
  },
});
const spent_ns: number[] = [];
while (clock.now_ns() < end_ns) {
  const start_ns = clock.now_ns();
  received = 0;
  await new Promise<void>((resolve) => {
    answered = resolve;
    socket.write(message);
  });
  spent_ns.push(clock.now_ns() - start_ns);
}
console.log(median(spent_ns) / NS_PER_US);
process.exit(0);
