// Package poco is the protocol: everything that decides trust or money, as pure functions.
//
// It takes up iExec's Proof of Contribution where it stood on replication, reputation and stake. It has no store,
// no bank, no clock, no goroutine and no floating point; the chain, the worker, the client and the laboratory all
// run this one copy. A task's life is a transition function (Task.Apply): an event goes in, the new state and the
// effects that the caller must carry out come back as data.
//
// Reading order: outcome.go and commitment.go (what a worker promises); trust.go, fixed.go, collusion.go and ledger.go (the error
// debt); stake.go and plan.go (how many replicas); policy.go, credence.go, fullcourt.go and the other policies (which answer is
// believed), votes.go (how votes change records); crowd.go, ticket.go and draw.go (who is drawn); task.go, apply.go, answers.go and
// verdict.go (a task's life); settle.go (the payments of every ending). The sections that comments name are those of
// docs/protocol.md.
package poco
