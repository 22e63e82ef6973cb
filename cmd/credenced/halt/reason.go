// Package halt ends a node that cannot go on, with its own exit status and a line that says what to do.
//
// When consensus fails, CometBFT's process stays alive but makes no more blocks, and no supervisor notices. This package ends the process
// for the first reason that any of three sources reports: the application, about a block (Node.ReportFailure); the engine, by its log
// (Node.WatchLog); or the guard, when the disk is nearly full (Node.GuardDisk).
package halt

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/internal/cli"
)

// Reason is why a node can't go on.
type Reason struct {
	// Status is the exit status: one of cli.ExitUpgrade, ExitConsensus, ExitStorage and ExitDiverged.
	Status int
	// What says what happened, and Next says what to do about it.
	What, Next string
}

// Problem returns the reason as the error that commands print.
func (r Reason) Problem() *cli.Problem {
	return &cli.Problem{What: r.What, Next: r.Next, Exit: r.Status}
}

// symptoms maps words in the text of an error to a reason; the first match counts. The words decide because the engine and its databases
// report mere text, most of it from panics.
var symptoms = []struct {
	words  []string
	status int
	what   string
	next   string
}{
	{[]string{"NEEDED at height"}, cli.ExitUpgrade, "an upgrade is due, and this build does not have it",
		"start the build that has it, on the same folder"},
	{[]string{"BINARY UPDATED BEFORE TRIGGER", "start the build before it", "needs the build before it"}, cli.ExitUpgrade, "this build is newer than the chain",
		"start the build before it, on the same folder, until that one stops at the upgrade"},
	{[]string{"upgrade handler is missing for"}, cli.ExitUpgrade, "this build is older than the state in its folder",
		"start the build that carried out the last upgrade"},
	{[]string{"no space left on device", "disk quota exceeded", "file too large", "read-only file system", "input/output error", "too many open files"},
		cli.ExitStorage, "the node can't write its files", "free or mend the disk, and start the node again: nothing that was committed is lost"},
	{[]string{"wrong Block.Header.AppHash", "AppHash does not match", "app block height", "wrong Block.Header.LastResultsHash"}, cli.ExitDiverged,
		"this node's state differs from that of the chain",
		"keep the folder for those who look into it, and begin again from a snapshot: credenced network join --state-sync"},
	{[]string{"is too far in the future (wall clock"}, cli.ExitConsensus, "this machine's clock is wrong, or those of many validators are",
		"set the clock, and start the node again; credenced doctor compares it with the time of the chain"},
}

// ReasonOf classifies why a node can't go on.
func ReasonOf(cause error) Reason {
	if reason, known := findSymptom(cause); known {
		return reason
	}
	return Reason{
		Status: cli.ExitConsensus, What: "the consensus engine has failed: " + firstLine(cause.Error()),
		Next: "start the node again; if it fails at the same height, keep the log and ask those who run the other nodes",
	}
}

// findSymptom returns the reason for an error whose text has a known symptom.
func findSymptom(cause error) (r Reason, known bool) {
	text := cause.Error()
	for _, s := range symptoms {
		for _, word := range s.words {
			if strings.Contains(text, word) {
				return Reason{Status: s.status, What: fmt.Sprintf("%s: %s", s.what, firstLine(text)), Next: s.next}, true
			}
		}
	}
	return Reason{}, false
}

// Explain replaces the error with which a node refuses to start by its reason, if the error's text has a known symptom. Other errors are
// returned unchanged.
func Explain(err error) error {
	if reason, known := findSymptom(err); known {
		return reason.Problem()
	}
	return err
}

// firstLine returns the first line of a text, without the stack trace that follows it, and at most 400 bytes of it.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if most := 400; len(line) > most {
		line = line[:most] + "..."
	}
	return line
}
