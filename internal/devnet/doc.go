// Package devnet runs a whole Credence network of real processes on one machine, without Docker: validators, a court executor for each
// validator, organisations with one worker each, and an artifact store. The command `credenced devnet` and tests with real processes use
// it.
//
// One folder has everything: keys, nodes, the workers' journals, blobs, logs, and devnet.json, from which other commands learn where
// these are. A devnet that is started again in its folder continues its chain.
package devnet
