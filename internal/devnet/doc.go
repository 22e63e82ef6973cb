// Package devnet runs a whole Credence network on one machine, of real processes and without Docker: validators, one
// court executor a validator, worker organisations with a worker each, and an artifact store. It is what `credenced
// devnet` is made of, and what tests use that need real processes.
//
// Everything lives in one folder: keys, nodes, workers' journals, blobs, logs, and devnet.json, which tells other commands
// where to find it all. A devnet that is started again in its folder continues its chain.
package devnet
