import { networkedDataPlaneContract } from "./networked_data_plane_contract.ts";

networkedDataPlaneContract({ provider: "tcp", source: "127.0.0.1" });
