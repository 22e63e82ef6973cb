package halt

import (
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"cosmossdk.io/log/v2"

	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/cli"
)

const (
	// Linger is how long a node stays after its consensus has stopped, so that its peers get the votes that they lack for the same block.
	Linger = 3 * time.Second
	// Grace is how long a node may take to close its files after that.
	Grace = 15 * time.Second
	// behind is the age of a block with which a node is catching up. It then has no votes for its peers, and its engine would end
	// the whole process without a word about what to do.
	behind = 30 * time.Second
)

// Node is the process of one node.
type Node struct {
	// Out is where the reason is told when the process has to end at once; os.Stderr.
	Out io.Writer
	// Stop asks the process to close its files and end; Exit ends it.
	Stop func()
	Exit func(status int)
	// Linger and Grace; see the constants.
	Linger, Grace time.Duration

	mu     sync.Mutex
	reason *Reason
}

// New is the node of this process.
func New() *Node {
	return &Node{
		Out: os.Stderr, Linger: Linger, Grace: Grace, Exit: os.Exit,
		Stop: func() { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) },
	}
}

// Reason is why the node ends; nil when it does not, or was told to by its user.
func (n *Node) Reason() *Reason {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reason
}

// keepFirst keeps the first reason: later ones follow from it.
func (n *Node) keepFirst(r Reason) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.reason != nil {
		return false
	}
	n.reason = &r
	return true
}

// EndAfter ends the node after a pause: it closes its files, or is ended without when that takes too long.
func (n *Node) EndAfter(r Reason, pause time.Duration) {
	if !n.keepFirst(r) {
		return
	}
	go func() {
		time.Sleep(pause)
		n.Stop()
		time.Sleep(n.Grace)
		n.exitNow(r)
	}()
}

// exitNow ends the process at once. What was committed is on disk.
func (n *Node) exitNow(r Reason) {
	cli.TellError(n.Out, r.Problem())
	n.Exit(r.Status)
}

// ReportFailure is told why a block of a time can't be executed or committed, before the engine is.
func (n *Node) ReportFailure(cause error, block time.Time) {
	r := ReasonOf(cause)
	if time.Since(block) > behind {
		n.keepFirst(r)
		n.exitNow(*n.Reason())
	}
	n.EndAfter(r, n.Linger)
}

// WatchLog returns a logger that ends the node when the engine says that it has failed. There is no other sign of it.
func (n *Node) WatchLog(logger log.Logger) log.Logger { return watched{logger, n} }

// failure is what CometBFT logs when the goroutine that runs consensus has ended by a panic, and refused is what it logs when a block
// that two thirds have signed does not fit the state of a node that catches up.
const failure, refused = "CONSENSUS FAILURE!!!", "Error in validation"

type watched struct {
	log.Logger
	node *Node
}

// Error logs, and ends the node when that is what it means.
func (w watched) Error(msg string, keyVals ...any) {
	w.Logger.Error(msg, keyVals...)
	if msg != failure && msg != refused {
		return
	}
	cause := fmt.Errorf("%s", msg)
	for i := 0; i+1 < len(keyVals); i += 2 {
		if keyVals[i] == "err" {
			cause = fmt.Errorf("%v", keyVals[i+1])
		}
	}
	if msg == failure || isKnown(cause) {
		w.node.EndAfter(ReasonOf(cause), w.node.Linger)
	}
}

// With keeps watching.
func (w watched) With(keyVals ...any) log.Logger { return watched{w.Logger.With(keyVals...), w.node} }

// GuardDisk ends the node before the disk of a folder is full: a database that can't write may lose more than one that was closed. It looks
// every few seconds until done is closed. least is in bytes; 0 is no guard. The error is a disk that is too full from the beginning.
func (n *Node) GuardDisk(folder string, least uint64, every time.Duration, done <-chan struct{}) error {
	if least == 0 {
		return nil
	}
	look := func() *Reason {
		_, err := checkup.Disk(folder, least)
		if err == nil {
			return nil
		}
		return &Reason{
			Status: cli.ExitStorage, What: fmt.Sprintf("the disk of %s: %s", folder, err),
			Next: "free the disk, and start the node again: nothing that was committed is lost",
		}
	}
	if r := look(); r != nil {
		n.keepFirst(*r)
		return r.Problem()
	}
	go func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if r := look(); r != nil {
					n.EndAfter(*r, 0)
					return
				}
			}
		}
	}()
	return nil
}
