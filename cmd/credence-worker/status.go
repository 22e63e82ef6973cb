package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has "status": what a worker does, has and keeps, from its own endpoint, its journal, its disk and the chain. Each of these may be
// away; what is known is shown all the same.

// workerStatus is the state of a worker. Its JSON is for scripts.
type workerStatus struct {
	Address string `json:"address"`
	Home    string `json:"home"`
	Running bool   `json:"running"`
	// Ready says that the chain can draw it; Reason says why not.
	Ready  bool   `json:"ready"`
	Reason string `json:"reason,omitempty"`
	// Slots of the configuration, and what is done in them.
	Slots int               `json:"slots"`
	Work  []result.Progress `json:"work"`
	// Live are the tasks that have not ended, Settled those that have ended after this worker's answer, Faults those with a fault; as far as
	// the journal reaches back, and Earned in ucred.
	Live    int    `json:"live"`
	Settled int    `json:"settled"`
	Faults  int    `json:"faults"`
	Earned  uint64 `json:"earned"`
	// FreeDisk is in bytes, of the file system of the home.
	FreeDisk uint64 `json:"free_disk"`
	// Chain is what the chain says; nil if no node answers, and then ChainError says why.
	Chain      *chainStatus `json:"chain,omitempty"`
	ChainError string       `json:"chain_error,omitempty"`
}

// chainStatus is what the chain says of a worker.
type chainStatus struct {
	ID     string `json:"id"`
	Node   string `json:"node"`
	Height int64  `json:"height"`
	// Balance of the worker's own account, in ucred.
	Balance uint64 `json:"balance"`
	// Worker is its registration; nil without one. OwnerBalance is in ucred.
	Worker       *workerstypes.Worker `json:"worker,omitempty"`
	OwnerBalance uint64               `json:"owner_balance,omitempty"`
}

// statusEvery is the time between two readings of the live view.
const statusEvery = 2 * time.Second

func statusCommand() *cobra.Command {
	var output string
	var once bool
	cmd := &cobra.Command{
		Use: "status", Short: "Show what the worker does, earns and keeps", Args: cobra.NoArgs,
		Long: "Show whether the worker runs and can be drawn, what its slots do, its tasks, stake, balances and disk. On a terminal it is shown anew\n" +
			"every two seconds until Ctrl-C; --once shows it once. A running worker is not disturbed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			ctx, stop := cli.WatchContext(cmd)
			defer stop()
			reader := &statusReader{config: c}
			defer reader.close()
			out := cmd.OutOrStdout()
			switch {
			case output == "json":
				s, err := reader.read(ctx)
				if err != nil {
					return err
				}
				return json.NewEncoder(printable.JSON(out)).Encode(s)
			case once || !cli.IsTerminal(out):
				s, err := reader.read(ctx)
				if err != nil {
					return err
				}
				_, err = io.WriteString(out, s.text())
				return err
			}
			return reader.show(ctx, out)
		},
	}
	addFlags(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	cmd.Flags().BoolVar(&once, "once", false, "show it once, on a terminal too")
	return cmd
}

// statusReader reads the status again and again over one connection.
type statusReader struct {
	config
	key  client.Key
	conn *client.Conn
}

func (r *statusReader) close() {
	if r.conn != nil {
		r.conn.Close()
	}
}

// show draws the status over the one before, until the context ends.
func (r *statusReader) show(ctx context.Context, out io.Writer) error {
	drawn, width := 0, cli.TerminalWidth(out)
	for pauses := backoff.Steady(statusEvery); ; {
		s, err := r.read(ctx)
		if ctx.Err() != nil {
			return nil // the user has seen enough
		}
		if err != nil {
			return err
		}
		var frame bytes.Buffer
		if drawn > 0 {
			fmt.Fprintf(&frame, "\x1b[%dA\x1b[J", drawn)
		}
		drawn = 0
		for line := range strings.Lines(s.text()) {
			fmt.Fprintln(&frame, cli.CutLine(strings.TrimSuffix(line, "\n"), width))
			drawn++
		}
		if _, err := out.Write(frame.Bytes()); err != nil {
			return err
		}
		if pauses.Wait(ctx) != nil {
			return nil
		}
	}
}

// read reads the status. Only a missing key is an error.
func (r *statusReader) read(ctx context.Context) (*workerStatus, error) {
	if r.key == nil {
		key, err := client.UnlockKey(r.KeyFile, r.Passphrase)
		if err != nil {
			return nil, noKey(err, r.KeyFile)
		}
		r.key = key
	}
	s := &workerStatus{Address: r.key.Address(), Home: r.Home, Slots: r.Slots, Work: []result.Progress{}}
	s.Running = r.isRunning()
	if s.Running {
		r.askWorker(ctx, s)
	} else {
		s.Reason = "no worker runs with this home; start it with: credence-worker start"
	}
	if records, err := readJournal(r.pathOf("journal.db"), ""); err == nil {
		s.countRecords(records)
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(r.Home, &disk); err == nil {
		s.FreeDisk = disk.Bavail * uint64(disk.Bsize)
	}
	chain, err := r.askChain(ctx)
	if s.Chain = chain; err != nil {
		s.Chain, s.ChainError = nil, cli.InALine(err)
	}
	return s, nil
}

func (s *workerStatus) countRecords(records []journal.Record) {
	s.Live = countLive(records)
	for _, rec := range records {
		if rec.State == journal.Settled {
			s.Settled++
		}
		if rec.End != nil {
			s.Earned += rec.End.Paid
			if rec.End.Fault != "NONE" {
				s.Faults++
			}
		}
	}
}

// askWorker asks the running worker at the address at which it listens.
func (r *statusReader) askWorker(ctx context.Context, s *workerStatus) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	get := func(path string) (int, []byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.Listen+path, nil)
		if err != nil {
			return 0, nil, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, nil, err
		}
		defer res.Body.Close()
		data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		return res.StatusCode, data, err
	}
	code, text, err := get("/readyz")
	if err != nil {
		s.Reason = "it does not answer at --listen " + r.Listen + ": " + cli.InALine(err)
		return
	}
	if s.Ready = code == http.StatusOK; !s.Ready {
		s.Reason = strings.TrimSpace(string(text))
	}
	if _, data, err := get(result.ProgressPath); err == nil {
		_ = json.Unmarshal(data, &s.Work) // an older worker has none
	}
}

func (r *statusReader) askChain(ctx context.Context) (s *chainStatus, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if r.conn == nil {
		if r.conn, err = client.Dial(ctx, r.Node, r.ChainID); err != nil {
			return nil, err
		}
	}
	s = &chainStatus{ID: r.conn.ChainID(), Node: r.conn.Endpoint()}
	if s.Height, _, err = r.conn.Height(ctx); err != nil {
		return nil, err
	}
	if s.Balance, err = r.conn.Balance(ctx, r.key.Address()); err != nil || r.Role != roleWorker {
		return s, err
	}
	o := &owner{config: r.config, conn: r.conn, worker: r.key.Address()}
	if s.Worker, err = o.find(ctx); err == nil && s.Worker != nil {
		s.OwnerBalance, err = r.conn.Balance(ctx, s.Worker.Owner)
	}
	return s, err
}

// text returns the status as lines. Texts of others are escaped.
func (s *workerStatus) text() string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-9s %s\n", label, printable.Line(fmt.Sprintf(format, args...)))
	}
	line("worker", "%s, home %s", s.Address, s.Home)
	switch {
	case s.Ready:
		line("state", "ready: it can be drawn")
	case s.Running:
		line("state", "running, and not ready: %s", s.Reason)
	default:
		line("state", "%s", s.Reason)
	}
	line("slots", "%d of %d in use", min(len(s.Work), s.Slots), s.Slots)
	for _, w := range s.Work {
		line("", "%s attempt %d: %s for %s", client.ShortDigest(w.Task), w.Attempt, w.Stage, time.Duration(w.Seconds)*time.Second)
	}
	line("tasks", "%d have not ended; %d settled, %d with a fault, %s earned, as far as the journal reaches back", s.Live, s.Settled, s.Faults, cli.FormatCRED(s.Earned))
	line("disk", "%s free", cli.FormatBytes(s.FreeDisk))
	if s.Chain == nil {
		line("chain", "no answer: %s", s.ChainError)
		return b.String()
	}
	line("chain", "%s, height %d, node %s", s.Chain.ID, s.Chain.Height, s.Chain.Node)
	line("account", "%s", cli.FormatCRED(s.Chain.Balance))
	w := s.Chain.Worker
	if w == nil {
		return b.String()
	}
	line("of", "%s, owner %s with %s", w.Organisation, w.Owner, cli.FormatCRED(s.Chain.OwnerBalance))
	line("pools", "%s; drawn for %d of %d slots", strings.Join(w.Pools, ", "), w.Busy, w.Slots)
	line("stake", "%s bonded, %s locked, %s on the way back", cli.FormatCRED(w.Bonded), cli.FormatCRED(w.Locked), cli.FormatCRED(w.Unbonding))
	line("record", "%d right, %d wrong, %d silent", w.Record.Right, w.Record.Wrong, w.Record.Silent)
	return b.String()
}
