package acceptance

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Every bad request or bad answer leads to a clear error or a defined outcome, and all money is accounted for.
func TestBadInputs(t *testing.T) {
	n := start(t, 12*time.Minute, devnet.Options{EditGenesis: windows(200, 30, 6)})
	before := n.open()
	in := func(name string, test func(*network)) {
		t.Run(name, func(t *testing.T) {
			sub := *n
			sub.t = t
			test(&sub)
		})
	}
	in("infinite loop", func(n *network) {
		app := n.publish("endless", loop(), appPrice)
		n.failsEverywhere(app, "ran out of fuel after 50M units", "out-of-fuel", 50_000_000)
	})
	in("out of memory", func(n *network) {
		n.refused(cli.ExitFailed, "of memory, and its task may have 1024 MiB", n.file("huge.wasm", huge()))
		n.failsEverywhere(n.publish("huge", huge(), appPrice), "needed more memory than a task may have", "out-of-memory", 0)
	})
	in("not a module, published all the same", func(n *network) {
		n.failsEverywhere(n.publish("script", []byte("#!/bin/sh\necho no\n"), appPrice), "is no module that workers can run", "invalid-module", 0)
	})
	in("not a module", func(n *network) {
		n.refused(cli.ExitFailed, "is not a WebAssembly module", n.file("app.sh", []byte("#!/bin/sh\necho no\n")))
	})
	in("no such file", func(n *network) { n.refused(cli.ExitFailed, "there is no file", "nowhere.wasm") })
	in("unknown app", func(n *network) {
		n.refused(cli.ExitFailed, "unknown app", "studio/nothing:1")
		n.refused(cli.ExitFailed, "unknown app", fmt.Sprintf("sha256:%064x", 7))
	})
	in("malformed reference", func(n *network) {
		_, err := n.try(job("sha256:beef", lyingTrust, 0))
		n.isRefusal(err, "market", markettypes.ErrUnknownApp.ABCICode(), "sha256:beef")
	})
	in("wrong digest", testWrongDigest)
	app := n.publish("echo", echo(), appPrice)
	in("unaffordable price", func(n *network) {
		n.refused(cli.ExitUnfunded, "--max-price 0.000001 CRED is too little", app, "--max-price", "1ucred")
		j := job(app, lyingTrust, 3)
		j.MaxPrice = appPrice + devnet.Price
		request, err := n.try(j)
		require.NoError(n.t, err)
		var r markettypes.Request
		n.until("the request is refused", func() bool {
			res, err := n.conn.Market().Request(n.ctx, &markettypes.QueryRequestRequest{Id: request})
			require.NoError(n.t, err)
			r = res.Request
			return r.Status != markettypes.REQUEST_STATUS_QUEUED
		})
		require.Equal(n.t, markettypes.REQUEST_STATUS_UNMATCHED, r.Status)
		require.Contains(n.t, r.Reason, "price")
		require.Zero(n.t, r.Escrow)
	})
	in("more than the account has", func(n *network) {
		n.refused(cli.ExitUnfunded, "are locked for the request", app, "--max-price", "200000CRED")
		j := job(app, lyingTrust, 3)
		j.MaxPrice = 2 * devnet.Funds
		_, err := n.try(j)
		n.isRefusal(err, "sdk", 5, "insufficient")
	})
	in("trust out of range", func(n *network) {
		for _, trust := range []string{"100%", "1", "no", "99.99999999999999999999%"} {
			n.refused(cli.ExitUsage, "trust", app, "--trust", trust)
		}
		_, err := n.try(job(app, 1, 0))
		n.isRefusal(err, "market", markettypes.ErrTrust.ABCICode(), "trust")
	})
	in("too few organisations", func(n *network) {
		// The request asks for more organisations than ever joined the pool. It is refused at once instead of waiting.
		n.refused(cli.ExitFailed, "organisations that are no party to the task, expected at least 8", app, "--min-replicas", "8")
		request, err := n.try(job(app, lyingTrust, 8))
		require.NoError(n.t, err)
		n.until("the request is refunded", func() bool {
			res, err := n.conn.Market().Request(n.ctx, &markettypes.QueryRequestRequest{Id: request})
			require.NoError(n.t, err)
			return res.Request.Status == markettypes.REQUEST_STATUS_UNMATCHED && res.Request.Escrow == 0
		})
	})
	in("inputs over the limit", func(n *network) {
		j := job(app, lyingTrust, 0)
		j.Inputs = []*dealstypes.Input{{Name: "big", Digest: fmt.Sprintf("sha256:%064x", 9), Size_: 1 << 40, Locators: []string{n.Info.Store}}}
		_, err := n.try(j)
		n.isRefusal(err, "market", markettypes.ErrInputs.ABCICode(), "1099511627776")
		n.refused(cli.ExitFailed, "there is no file", app, "--input", "nowhere.csv")
	})
	in("answers out of turn", testAnswersOutOfTurn)

	var pieces []piece
	for _, deal := range n.deals() {
		pieces = append(pieces, piece{n.ended(deal.Id), n.deal(deal.Id)})
	}
	n.audit(before, pieces)
	n.auditLedgers(pieces)
}

// testWrongDigest publishes a digest whose only store serves other bytes. No worker runs them, and the requester is refunded.
func testWrongDigest(n *network) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(loop())
	}))
	defer store.Close()
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(echo()))
	app := n.publishDigest("swapped", digest, uint64(len(loop())), appPrice, store.URL)
	task := n.ended(n.submit(job(app, looseTrust, 2)).Id) // planned with a charge, which no worker has to pay
	require.Equal(n.t, taskstypes.ENDING_INPUT_UNAVAILABLE, task.Ending)
	require.Empty(n.t, task.Settlement.Payments)
	for _, end := range task.Settlement.Seats {
		require.Equal(n.t, "NONE", end.Fault, end.Organisation)
	}
}

// testAnswersOutOfTurn plays one worker by hand. The chain takes only its one commitment from it. The worker does not reveal in time, and
// loses its stake.
func testAnswersOutOfTurn(n *network) {
	const org = "amber"
	n.Worker(org).Kill()
	seats := uint32(len(n.Info.Workers)) // every worker is drawn
	deal := n.submit(job("studio/echo:1", lyingTrust, seats))
	task := n.reaches(deal.Id, "a seat for "+org, func(t taskstypes.Task) bool {
		return seatOf(t, func(s taskstypes.Seat) bool { return s.Organisation == org }) != nil
	})
	h := n.playWorker(org, task, taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: fmt.Sprintf("sha256:%064x", 1), Fuel: 1})
	n.isRefusal(h.commit(n.key("provider")), "tasks", taskstypes.ErrNotDrawn.ABCICode(), "not drawn")
	n.isRefusal(h.reveal(h.salt, nil), "tasks", taskstypes.ErrTooEarly.ABCICode(), "reveal phase")
	require.NoError(n.t, h.commit(h.key))
	n.isRefusal(h.commit(h.key), "tasks", taskstypes.ErrAlready.ABCICode(), "has committed")
	n.reaches(deal.Id, "the reveal phase", n.takesReveals)
	n.isRefusal(h.reveal(bytes.Repeat([]byte{8}, 32), nil), "tasks", taskstypes.ErrCommitment.ABCICode(), "does not match")
	task = n.ended(deal.Id)
	n.isRefusal(h.reveal(h.salt, nil), "tasks", taskstypes.ErrWrongPhase.ABCICode(), "has ended")
	require.NoError(n.t, n.Worker(org).Start())
	require.Equal(n.t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.True(n.t, task.ByCourt)
	require.Equal(n.t, n.truth(task, deal), *task.Verdict)
	for _, end := range task.Settlement.Seats {
		if end.Organisation == org {
			require.Equal(n.t, taskstypes.SeatEnd{Who: h.key.Address(), Organisation: org, Fault: "UNREVEALED", Slash: devnet.Stake}, end)
		} else {
			require.True(n.t, end.Right, end.Organisation)
		}
	}
}

// failsEverywhere runs an app with the command, which says that the app failed and why. The failure is an answer: the workers are paid, and
// the app's owner is not.
func (n *network) failsEverywhere(app, words, reason string, fuel uint64) {
	n.t.Helper()
	known := len(n.deals())
	n.refused(cli.ExitAppFailed, words, app, "--fuel", "50M")
	deals := n.deals()
	require.Len(n.t, deals, known+1)
	newest := deals[0]
	for _, d := range deals {
		if d.Height > newest.Height {
			newest = d
		}
	}
	task := n.ended(newest.Id)
	require.Equal(n.t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.False(n.t, task.ByCourt)
	require.Equal(n.t, taskstypes.KIND_APP_FAILED, task.Verdict.Kind)
	if fuel > 0 {
		require.Equal(n.t, fuel, task.Verdict.Fuel)
	}
	for _, p := range task.Settlement.Payments {
		require.Equal(n.t, "WORKER", p.Party)
	}
	require.Len(n.t, task.Settlement.Payments, len(task.Seats))
	report, err := client.FetchTask(n.ctx, n.conn, task.Id, nil, filepath.Join(n.t.TempDir(), "out"))
	require.NoError(n.t, err)
	require.Equal(n.t, reason, report.Reason)
	require.Empty(n.t, report.Files)
}

// refused runs the command and checks its exit status and that its text says what to do next.
func (n *network) refused(exit int, words string, args ...string) string {
	n.t.Helper()
	dir := n.t.TempDir()
	cmd := exec.CommandContext(n.ctx, filepath.Join(binaries, "credenced"), append([]string{"run", "--progress", "plain", "--out", filepath.Join(dir, "out")}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))
	raw, err := cmd.CombinedOutput()
	out := string(raw)
	var failed *exec.ExitError
	require.True(n.t, errors.As(err, &failed), "%v\n%s", err, out)
	require.Equal(n.t, exit, failed.ExitCode(), out)
	require.Contains(n.t, out, words)
	require.Contains(n.t, out, "Next: ")
	for _, noise := range []string{"Usage:", "goroutine", "rpc error", "codespace"} {
		require.NotContains(n.t, out, noise)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	n.t.Log(strings.Join(lines[max(0, len(lines)-2):], "\n"))
	return out
}

func (n *network) file(name string, data []byte) string {
	n.t.Helper()
	path := filepath.Join(n.t.TempDir(), name)
	require.NoError(n.t, os.WriteFile(path, data, 0o600))
	return path
}

// isRefusal checks the module's error and its text.
func (n *network) isRefusal(err error, codespace string, code uint32, words string) {
	n.t.Helper()
	var refused *client.TxError
	require.True(n.t, errors.As(err, &refused), "%v", err)
	require.Equal(n.t, []any{codespace, code}, []any{refused.Codespace, refused.Code}, refused.Log)
	require.Contains(n.t, refused.Log, words)
}
