// Package halt ends a node that can't go on, with a status of its own and a line that says what to do.
//
// CometBFT's process lives on after its consensus has failed, and makes no blocks; no supervisor notices. Here the first reason why a
// node can't go on ends it: what the application said of a block (Node.Failed), what the engine logged (Node.Watch), or a disk that is
// nearly full (Node.Guard).
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
	// What happened, and what to do next.
	What, Next string
}

// Problem is the reason as commands tell it.
func (r Reason) Problem() *cli.Problem {
	return &cli.Problem{What: r.What, Next: r.Next, Exit: r.Status}
}

// symptoms say by the words of an error what it is, the first that fits. The engine and its databases hand over text alone: most of it
// comes from panics.
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
}

// ReasonOf classifies why a node can't go on.
func ReasonOf(cause error) Reason {
	text := cause.Error()
	for _, s := range symptoms {
		for _, word := range s.words {
			if strings.Contains(text, word) {
				return Reason{Status: s.status, What: fmt.Sprintf("%s: %s", s.what, firstLine(text)), Next: s.next}
			}
		}
	}
	return Reason{
		Status: cli.ExitConsensus, What: "the consensus engine has failed: " + firstLine(text),
		Next: "start the node again; if it fails at the same height, keep the log and ask those who run the other nodes",
	}
}

// Explain puts the reason in the place of an error with which a node refuses to start, where its words are those of one. Others stay.
func Explain(err error) error {
	if isKnown(err) {
		return ReasonOf(err).Problem()
	}
	return err
}

// isKnown says whether the words of an error are those of a symptom.
func isKnown(cause error) bool { return ReasonOf(cause).Status != cli.ExitConsensus }

// firstLine keeps a stack out of what people read.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if most := 400; len(line) > most {
		line = line[:most] + "..."
	}
	return line
}
