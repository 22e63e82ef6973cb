// Package sim measures schemes that decide whether to believe a result, on many tasks and against many adversaries.
//
// A trial is one run of a World (how many organisations, tasks, faults), a Population (how the colluding organisations behave) and
// a Scheme (who decides, and how) under one seed. The scheme Credence is not a model of the protocol: as the chain does, it sends
// every task through poco's own transition function, plans, draws, ledgers and settlement. The published schemes draw from the same
// organisations and face the same populations.
//
// Read the files in this order: world.go and crowd.go (the organisations), dice.go (random numbers, and how they are tilted for
// rare errors), population.go (the adversaries), scheme.go (the interface of schemes, and the loop of those that decide one
// task after the other), credence.go with planner.go and turns.go (the protocol), quick.go (long quiet runs) and variant.go (other ways
// to plan), voting.go, spotcheck.go, credibility.go, boinc.go, iexec.go and audit.go (the published schemes), tally.go and measure.go (the
// figures of a run, and their means over seeds), study.go and year.go (what is measured), reach.go (the goals).
//
// A run depends on its trial alone: the same trial gives the same bytes, with any number of cores.
package sim
