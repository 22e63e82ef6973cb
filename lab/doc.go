// Package lab is the laboratory's root. The packages below it measure whether the protocol keeps its promises, with the protocol's
// own transition functions from poco and without a chain; cmd/credence-lab is its command. The laboratory may use floating point,
// because it decides nothing: neither the node, nor a worker, nor poco imports it.
//
//   - vectors replays files of expected results;
//   - plain holds the protocol's formulas in their plain form, as exact rationals;
//   - baseline holds the published replication schemes, as exact rationals;
//   - sim measures the protocol and the published schemes against populations of workers;
//   - chart draws what sim measured.
package lab
