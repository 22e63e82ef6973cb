// Package credibility turns a worker's record into bits of evidence, and a
// demanded trust into bits that a set of replicas must reach.
//
// A worker that errs at a stationary rate s, of whom we know only that its
// kind is bad with probability at most f and that its last k answers were
// confirmed, errs next with probability at most
//
//	p(k) = max over s of f s (1-s)^k / ((1-f) + f (1-s)^k),   p(0) = f
//
// and its evidence is L(k) = floor(65536 * -log2 p(k)), in units of 2^-16 bit.
// Replicas that must all agree multiply their p, so they are drawn until the
// sum of L reaches ceil(65536 * log2 trust). L is rounded down and the target
// up: rounding never makes a set look better than it is.
//
// Source: docs/protocol.md, section 3 (static credibility). The bound
// holds for stationary workers only: see the protocol for what carries the rest.
//
// Everything is integer arithmetic with directed rounding and gives the same
// bits on every machine: chain code calls it.
package credibility

// Unit is one bit of evidence.
const Unit = 65536
