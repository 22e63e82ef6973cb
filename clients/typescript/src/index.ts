/** A client of a Credence chain: submit runs and graphs of them, watch them, fetch and verify results, and trade orders. */
export {Client, type Feed, type Job, type NewDataset, type NewVersion, type Options, type Quote, type Submitted, type Task} from "./client.js";
export {CredenceError, DigestMismatch, type ErrorInfo, NoAnswer, NodeError, Refused} from "./errors.js";
export {Market, orderKey, type NewVoucher, type Order, type OrderKey, type OrderRecord, type SignedOrder, type Voucher} from "./market.js";
export {type Message, type OrderSignature} from "./messages.js";
export {check, parseManifest, type File, type Manifest, type Result} from "./result.js";
export {requestId} from "./wire.js";
export {type Graph, type Node} from "./workflow.js";
