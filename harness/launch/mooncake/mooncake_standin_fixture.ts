// Stand-ins for mooncake_master and mooncake_client: the same flags, ports and log lines, no store. What they did and in which order
// goes to the file that STANDIN_EVENTS names. STANDIN_OWNER switches the owner's behaviour: `rpc_only` (never opens the segment
// port), `exits` (ends at once); otherwise it registers itself as the real one does, and refuses a name that is taken.

import { appendFileSync } from "node:fs";

const [program = "", ...argv] = process.argv.slice(2);
const flags = new Map(
  argv.map((arg) => arg.replace(/^-+/, "").split("=")).map(([name = "", ...rest]) => [name, rest.join("=")]),
);
const note = (what: string): void =>
  appendFileSync(process.env["STANDIN_EVENTS"] ?? "/dev/null", `${what}\n`);

process.on("SIGTERM", () => {
  note(`stop ${program}`);
  process.exit(0);
});
note(`start ${program} ${argv.join(" ")}`);
if (program === "mooncake_master") serveMaster();
else await serveOwner();

function serveMaster(): void {
  const metadata = new Map<string, string>();
  listen(portOf("rpc_port"));
  listen(portOf("metrics_port"));
  Bun.serve({
    port: portOf("http_metadata_server_port"),
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const key = new URL(request.url).searchParams.get("key") ?? "";
      if (request.method === "PUT") metadata.set(key, await request.text());
      const found = metadata.get(key);
      if (request.method === "DELETE") metadata.delete(key);
      return found === undefined && request.method !== "PUT"
        ? new Response("", { status: 404 })
        : new Response(found);
    },
  });
}

async function serveOwner(): Promise<void> {
  const behaviour = process.env["STANDIN_OWNER"];
  if (behaviour === "exits") {
    process.stderr.write("Failed to setup client: INVALID_PARAMS\n");
    process.exit(3);
  }
  if (behaviour === "rpc_only") {
    listen(portOf("port"));
    return;
  }
  const segment = flags.get("host") ?? "";
  const url = `${flags.get("metadata_server")}?key=${encodeURIComponent(`mooncake/rpc_meta/${segment}`)}`;
  if ((await fetch(url)).status === 200) {
    process.stderr.write("Duplicate rpc_meta key not allowed\n");
    process.exit(1);
  }
  await fetch(url, { method: "PUT", body: segment });
  listen(Number(segment.split(":")[1]));
}

function portOf(name: string): number {
  return Number(flags.get(name));
}

function listen(port: number): void {
  Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
}
