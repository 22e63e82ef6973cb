package agent

import (
	"errors"

	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
)

// This file chooses the reason with which a first worker gives its seat back. The chain keeps the reason, and only the journal has the
// error's words, which may show what a program reads.

// errNoRuntime says that this worker has no runtime for the program.
var errNoRuntime = errors.New("no such runtime here")

// declineAt has the reasons of errors that say nothing more, by where they happened.
var declineAt = map[string]poco.DeclineReason{
	"fetch": poco.DeclineStorage, "store": poco.DeclineStorage, "compile": poco.DeclineCompile, "run": poco.DeclineRun,
	"seal": poco.DeclineAnswer, "prove": poco.DeclineAnswer,
}

// declineReason returns the reason for an error that happened at a place of executeTask, or before it, for which where is "".
func declineReason(where string, why error) poco.DeclineReason {
	var window *windowError
	switch {
	case errors.Is(why, errAbsent):
		return poco.DeclineInput
	case errors.As(why, &window) && window.unbegun:
		return poco.DeclineBusy
	case window != nil:
		return poco.DeclineTime
	case errors.Is(why, errNoRuntime):
		return poco.DeclineRuntime
	}
	if reason, found := declineAt[where]; found {
		return reason
	}
	return poco.DeclineOther
}

// declineOf returns the reason in a record. A record of an older worker has none.
func declineOf(r journal.Record) poco.DeclineReason {
	if reason, found := poco.ParseDeclineReason(r.Decline); found {
		return reason
	}
	return poco.DeclineOther
}
