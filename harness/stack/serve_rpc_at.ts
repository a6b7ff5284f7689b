// An RPC server at a configured `rpc_address`, with its problems worded as the reasons a process did not start.

import { err, type Result } from "../domain/result.ts";
import { parseAddress } from "../wire/address.ts";
import { type RpcServer, serveRpc } from "../wire/rpc_server.ts";
import type { Handlers, Service, ServiceTypes } from "../wire/rpc_service.ts";
import type { SharedSecret } from "../wire/shared_secret.ts";
import type { StartError } from "./start_error.ts";

export async function serveRpcAt<T extends ServiceTypes<T>>(
  rpc_address: string,
  service: Service<T>,
  handlers: Handlers<T>,
  secret: SharedSecret | null = null,
): Promise<Result<RpcServer, StartError>> {
  const address = parseAddress(rpc_address);
  if (!address.ok) return err({ code: "address_taken", detail: `rpc_${address.error}` });
  const served = await serveRpc(address.value, service, handlers, secret);
  return served.ok ? served : err({ code: "address_taken", detail: `rpc_address: ${served.error.detail}` });
}
