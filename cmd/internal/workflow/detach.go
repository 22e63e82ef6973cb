package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
)

// This file has "workflow run --detach" and "workflow resume --detach": it hands the whole graph to the chain, and leaves. Everything is checked,
// stored and priced before money is locked. Then the journal gets the nonces and the ids of the requests, and only then they are submitted, so that
// the same command goes on after a crash at any line.

func (f *runFlags) runDetached(cmd *cobra.Command, d *definition, file string) error {
	if err := d.explainObstacles(cmd.ErrOrStderr(), f.command(f.verb(), file)); err != nil {
		return err
	}
	return connect.WithLink(cmd, &f.chain, func(ctx context.Context, l *connect.Link) error {
		if err := f.chain.LoadKeys(cmd, l); err != nil {
			return err
		}
		r := &client.Runner{Conn: l.Conn, Requester: l.Requester, Provider: l.Provider, Stores: l.Stores, StoreToken: f.chain.StoreToken, Stall: f.stall}
		h := &handover{runFlags: f, d: d, file: file, runner: r, states: map[string]workflow.State{}, requests: map[string]string{}, renewed: map[string]bool{}}
		v := newView(cmd.OutOrStdout(), d, f.output, f.verbose)
		if err := h.prepare(ctx, v); err != nil {
			return err
		}
		if err := r.CheckFunds(ctx, h.jobs); err != nil {
			return explainAs("all nodes together", err)
		}
		if err := h.record(); err != nil {
			return err
		}
		if err := h.submit(ctx, v); err != nil {
			return err
		}
		return h.tellHandedOver(ctx, cmd)
	})
}

// handover hands a workflow to the chain.
type handover struct {
	*runFlags
	d       *definition
	file    string
	runner  *client.Runner
	journal *workflow.Journal // nil until there is one

	before   map[string]nodeProgress // how far the nodes are that "resume" goes on with
	renewed  map[string]bool         // nodes that are submitted again, as new requests
	order    []string                // the nodes, each after those that it waits for
	states   map[string]workflow.State
	requests map[string]string // ids by the names of nodes
	nodes    []string          // those that the chain is to have, in the order of jobs
	jobs     []*client.Prepared
}

// prepare checks, stores and prices all nodes that are not done, and locks nothing.
func (h *handover) prepare(ctx context.Context, v *view) (err error) {
	if h.journal, err = h.open(h.d, h.file, h.runner.Conn.ChainID(), true); err != nil && !errors.Is(err, workflow.ErrNoJournal) {
		return err
	}
	switch {
	case h.journal == nil && h.resume:
		return err
	case h.journal == nil:
		err = h.checkFresh(h.d, h.file)
	case h.resume:
		err = h.readBefore(ctx)
	}
	if err != nil {
		return err
	}
	if h.order, err = h.d.graph().Order(); err != nil {
		return err
	}
	for _, name := range h.order {
		s, err := h.begin(name)
		if err != nil {
			return err
		}
		h.states[name], h.requests[name] = s, s.Request
		if s.Status != workflow.Begun || h.stays(name) {
			continue
		}
		n := h.settled(h.d.find(name))
		job, err := n.waiting(h.requests)
		if err != nil {
			return err
		}
		if job.Nonce = s.Nonce; h.d.isAsked(name) {
			job.Onchain = client.ExitStatus
		}
		p, err := h.runner.Prepare(ctx, job, func(e client.Event) { v.observe(name, s, e) })
		if err != nil {
			return n.explain(err)
		}
		h.nodes, h.jobs = append(h.nodes, name), append(h.jobs, p)
	}
	return nil
}

// begin returns the state with which a node is handed over.
func (h *handover) begin(name string) (s workflow.State, err error) {
	if h.journal != nil {
		s = h.journal.Node(name)
	}
	if h.resume {
		s = h.renew(name, s)
	}
	switch s.Status {
	case workflow.Done:
		return s, nil
	case workflow.Failed, workflow.Skipped:
		if h.resume {
			return s, nil
		}
		return s, &cli.Problem{What: fmt.Sprintf("node %s was %s before: %s", name, s.Status, s.Why), Next: "go on with what is left: " + h.command("resume", h.file) + ", with --detach if the chain is to run it"}
	}
	if s, err = s.Begin(); err == nil {
		s.Request = h.runner.RequestID(s.Nonce)
	}
	return s, err
}

// record puts the nonces and the requests into the journal, and makes it if there is none.
func (h *handover) record() (err error) {
	if h.journal == nil {
		if h.journal, err = h.open(h.d, h.file, h.runner.Conn.ChainID(), false); err != nil {
			return err
		}
	}
	for _, name := range h.order {
		s := h.states[name]
		if s.Status == workflow.Begun && h.resume && !h.stays(name) {
			err = moveAside(filepath.Join(h.journal.Out, name)) // what a failed run of it left
		}
		if s.Status == workflow.Begun || s.Status == workflow.Skipped {
			err = errors.Join(err, h.journal.Set(name, s))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// submit locks the money of all nodes that the chain does not have.
func (h *handover) submit(ctx context.Context, v *view) error {
	var open []string
	for i, p := range h.jobs {
		if !p.Known {
			open = append(open, h.nodes[i])
		}
	}
	before := 0
	err := h.runner.SubmitAll(ctx, h.jobs, func(submitted int) {
		for _, name := range open[before:submitted] {
			v.observe(name, h.states[name], client.Event{Kind: client.EventWaiting, Text: "submitted: request " + client.ShortDigest(h.requests[name])})
		}
		before = submitted
	})
	if err == nil {
		return nil
	}
	first := cli.Explain(err)
	return &cli.Problem{
		What: fmt.Sprintf("%d of %s are submitted, and then: %v", len(h.jobs)-len(open)+before, printer.CountOf(uint64(len(h.d.nodes)), "node"), first),
		Next: fmt.Sprintf("the same command submits the rest, and pays nothing twice: %s --detach", h.command(h.verb(), h.file)), Exit: cli.ExitStatus(first), Err: err,
	}
}

// tellHandedOver prints what the chain has now, and how to go on.
func (h *handover) tellHandedOver(ctx context.Context, cmd *cobra.Command) error {
	list, err := readProgress(ctx, h.runner.Conn, h.d, h.journal)
	if err != nil {
		return err
	}
	if h.output == "json" {
		return printer.PrintJSON(cmd.OutOrStdout(), list)
	}
	fmt.Fprintln(cmd.OutOrStdout())
	if err := printProgress(cmd.OutOrStdout(), list); err != nil {
		return err
	}
	h.tellNext(cmd.OutOrStdout(), h.file)
	return nil
}

// tellNext prints what can be done with a workflow that the chain runs.
func (f *runFlags) tellNext(out io.Writer, file string) {
	command := func(verb string) string { return cli.NameCommand(f.command(verb, file)) }
	fmt.Fprintf(out, `
The chain releases the nodes: no client has to stay online.
  %-40s  shows how far they are
  %-40s  fetches the results and verifies them
  %-40s  takes back what waits
`, command("status"), command("resume"), command("cancel"))
}
