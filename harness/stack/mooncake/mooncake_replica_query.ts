// Where objects of a real Mooncake store are, asked of the master's HTTP port: unlike the store's own call this grants no lease and
// counts no hit (seen on 0.3.13.post1).

import type { WireReplica } from "./mooncake_requester_protocol.ts";

/** A longer request line is refused by the master. */
const KEYS_PER_QUERY = 32;
const TIMEOUT_MS = 10_000;

type Copies = readonly { readonly transport_endpoint_?: string }[] | null | undefined;

interface QueryEntry {
  readonly values?: Copies;
  readonly local_disk_values?: Copies;
  readonly disk_values?: Copies;
}

/** [keys]. Throws where the master does not answer: a requester answers that as an error. */
export async function describeReplicas(
  metrics_address: string,
  keys: readonly string[],
): Promise<readonly WireReplica[]> {
  const found = new Map<string, QueryEntry>();
  for (let at = 0; at < keys.length; at += KEYS_PER_QUERY) {
    const query = keys.slice(at, at + KEYS_PER_QUERY).join(",");
    const url = `http://${metrics_address}/batch_query_keys?keys=${query}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { data }: { data?: { [key: string]: QueryEntry } } = JSON.parse(await response.text());
    for (const [key, entry] of Object.entries(data ?? {})) found.set(key, entry);
  }
  return keys.map((key) => firstReplica(found.get(key) ?? {}));
}

/** The copy that a get reads first: memory before disk. */
function firstReplica({ values, local_disk_values, disk_values }: QueryEntry): WireReplica {
  const [memory] = values ?? [];
  if (memory !== undefined) return ["cpu", memory.transport_endpoint_ ?? null];
  const [disk] = local_disk_values ?? disk_values ?? [];
  return disk === undefined ? [null, null] : ["disk", disk.transport_endpoint_ ?? null];
}
