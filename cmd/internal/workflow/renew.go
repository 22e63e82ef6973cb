package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/credence-chain/credence/client/workflow"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file says what "workflow resume --detach" hands over: which nodes stay as they are, which are submitted again, and which are left out
// because a condition did not hold.

// verb is the command that goes on with the handover.
func (f *runFlags) verb() string {
	if f.resume {
		return "resume"
	}
	return "run"
}

// readBefore reads how far the nodes of the journal are.
func (h *handover) readBefore(ctx context.Context) error {
	list, err := readProgress(ctx, h.runner.Conn, h.d, h.journal)
	h.before = map[string]nodeProgress{}
	for _, p := range list {
		h.before[p.Node] = p
	}
	return err
}

// stays says whether the request of a node is left to the chain as it is: the chain has it, and it has not ended without its results.
func (h *handover) stays(name string) bool {
	p, known := h.before[name]
	return known && p.Request != "" && p.Request == h.requests[name] && p.Tasks > 0
}

// renew returns the state with which a node goes on: a new one for a node that failed, or that the chain gave back because of one that failed; and
// Skipped for one whose condition did not hold, and for those that wait for it. The nodes before it were asked already.
func (h *handover) renew(name string, s workflow.State) workflow.State {
	p, again := h.before[name], false
	for _, other := range h.d.find(name).waits() {
		if h.states[other].Status == workflow.Skipped {
			return s.Skip(other + " was skipped")
		}
		if exit, known := h.exitOf(other); known && h.asks(name, other) && !h.d.find(name).when.Holds(exit) {
			return s.Skip(fmt.Sprintf("%s ended with exit status %d", other, exit))
		}
		again = again || h.renewed[other]
	}
	switch {
	case s.Status == workflow.Done || s.Status == workflow.Skipped:
		return s
	case s.Status == workflow.Begun && p.State == markettypes.REQUEST_STATUS_SKIPPED.Word() && !again:
		// All that it waits for ended well, or goes on: it was its condition that did not hold.
		return s.Skip(p.Why)
	case s.Status == workflow.Begun && !again && !slices.Contains(endedBadly, p.State):
		return s
	}
	h.renewed[name] = true
	return workflow.State{Status: workflow.Waiting}
}

// waits returns the names of all nodes that a node waits for.
func (n node) waits() []string {
	out := slices.Concat(n.after, n.reads)
	if n.when != nil {
		out = append(out, n.when.Node)
	}
	return out
}

// endedBadly are the states in which a request ended without all of its results.
var endedBadly = []string{
	"failed", markettypes.REQUEST_STATUS_SKIPPED.Word(), markettypes.REQUEST_STATUS_UNMATCHED.Word(), markettypes.REQUEST_STATUS_EXPIRED.Word(),
	markettypes.REQUEST_STATUS_CANCELLED.Word(),
}

// exitOf returns the exit status of a node that a client has seen to its end.
func (h *handover) exitOf(name string) (exit uint32, known bool) {
	s := h.states[name]
	return s.Exit, s.Status == workflow.Done
}

// asks says whether a node has a condition on the exit status of another one.
func (h *handover) asks(name, other string) bool {
	when := h.d.find(name).when
	return when != nil && when.Node == other
}

// settled returns a node without a condition that is known to hold: the chain does not have the exit status of a node that a client ran.
func (h *handover) settled(n node) node {
	if n.when != nil {
		if _, known := h.exitOf(n.when.Node); known {
			if !slices.Contains(n.after, n.when.Node) {
				n.after = append(slices.Clone(n.after), n.when.Node)
			}
			n.when = nil
		}
	}
	return n
}
