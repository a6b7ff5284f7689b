// Sends back what it gets: the other end of store-bench's socket baseline, in a process of its own. Argument: the socket's path.

const path: string = process.argv[2] ?? "";
Bun.listen({
  unix: path,
  socket: {
    data: (socket, bytes) => {
      socket.write(bytes);
    },
  },
});
process.stdin.on("end", () => process.exit(0)).resume();
console.log("ready");
