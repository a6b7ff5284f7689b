// What processes of this machine call themselves to others: the first global IPv4 address, else the host's name (spec:
// vllm_mooncake_store_connector.md §1.8, "Advertised host").

import type { NetworkInterfaceInfo } from "node:os";

export function advertisedHost(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>, hostname: string): string {
  const addresses = Object.values(interfaces).flatMap((infos) => infos ?? []);
  const global = addresses.find(
    ({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."),
  );
  return global?.address ?? hostname;
}
