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
	// Linger is how long a node stays up after its consensus has stopped, so that peers still receive the votes that they lack for that
	// block.
	Linger = 3 * time.Second
	// Grace is how long a node may then take to close its files.
	Grace = 15 * time.Second
	// behind is the age of a block from which on a node counts as catching up. Such a node has no votes that its peers need, so it does not
	// linger: its engine would otherwise end the whole process without saying what to do.
	behind = 30 * time.Second
)

// Node is the process of one node.
type Node struct {
	// Out is where the reason is written when the process has to end at once; os.Stderr by default.
	Out io.Writer
	// Stop asks the process to close its files and to end. Exit ends it at once.
	Stop func()
	Exit func(status int)
	// Linger and Grace; see the constants.
	Linger, Grace time.Duration

	mu     sync.Mutex
	reason *Reason
}

// New returns the Node of this process.
func New() *Node {
	return &Node{
		Out: os.Stderr, Linger: Linger, Grace: Grace, Exit: os.Exit,
		Stop: func() { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) },
	}
}

// Reason returns why the node ends; nil when it runs on, or when its user stopped it.
func (n *Node) Reason() *Reason {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reason
}

// keepFirst stores a reason if there is none yet, and reports whether it did: later reasons follow from the first.
func (n *Node) keepFirst(r Reason) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.reason != nil {
		return false
	}
	n.reason = &r
	return true
}

// EndAfter ends the node after a pause. The node closes its files; if that takes longer than Grace, the process ends anyway.
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

// exitNow ends the process at once. Nothing is lost: committed blocks are on disk.
func (n *Node) exitNow(r Reason) {
	cli.TellError(n.Out, r.Problem())
	n.Exit(r.Status)
}

// ReportFailure takes the reason why the block of a given time cannot be executed or committed. The application calls it before it returns
// the error to the engine.
func (n *Node) ReportFailure(cause error, block time.Time) {
	r := ReasonOf(cause)
	if time.Since(block) > behind {
		n.keepFirst(r)
		n.exitNow(*n.Reason())
	}
	n.EndAfter(r, n.Linger)
}

// WatchLog returns a logger that ends the node when the engine logs that it has failed. The engine gives no other sign.
func (n *Node) WatchLog(logger log.Logger) log.Logger { return watched{logger, n} }

// failure is what CometBFT logs when the goroutine that runs consensus has panicked. refused is what it logs when a node that catches up
// receives a block that two thirds have signed but that does not fit the node's state.
const failure, refused = "CONSENSUS FAILURE!!!", "Error in validation"

type watched struct {
	log.Logger
	node *Node
}

// Error logs the message. It ends the node if the message is failure, or if it is refused and the error has a known symptom.
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
	if _, known := findSymptom(cause); known || msg == failure {
		w.node.EndAfter(ReasonOf(cause), w.node.Linger)
	}
}

// With returns a logger that watches as well.
func (w watched) With(keyVals ...any) log.Logger { return watched{w.Logger.With(keyVals...), w.node} }

// GuardDisk ends the node before the disk of a folder is full, since a database that cannot write may lose more than one that was closed.
// It checks the free space at intervals of every, until done is closed. least is the space in bytes at which the node ends; 0 switches the
// guard off. It returns an error if the disk is too full from the beginning.
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
