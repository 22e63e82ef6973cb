/** A client of a Credence chain: submit a run, watch it, fetch and verify its result. */
export {Client, type Feed, type Job, type NewVersion, type Options, type Quote, type Submitted, type Task} from "./client.js";
export {CredenceError, DigestMismatch, type ErrorInfo, NoAnswer, NodeError, Refused} from "./errors.js";
export {check, parseManifest, type File, type Manifest, type Result} from "./result.js";
export {requestId} from "./wire.js";
