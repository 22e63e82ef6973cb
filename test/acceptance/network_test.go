package acceptance

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// appPrice is the price of a result of the echo app, in ucred.
const appPrice = 30_000

// network is a devnet with helpers for the tests.
type network struct {
	*devnet.Network
	t    testing.TB
	ctx  context.Context
	conn *client.Conn
}

// start runs a devnet until the test ends. The test must end within the given time. After a failure the ends of all logs are shown.
func start(t testing.TB, within time.Duration, o devnet.Options) *network {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(t.Context(), within)
	t.Cleanup(cancel)
	return startIn(t, ctx, o)
}

func startIn(t testing.TB, ctx context.Context, o devnet.Options) *network {
	t.Helper()
	if o.State == "" {
		o.State = t.TempDir()
	}
	o.Credenced, o.Worker = filepath.Join(binaries, "credenced"), filepath.Join(binaries, "credence-worker")
	if o.EditGenesis == nil {
		o.EditGenesis = windows(200, 120, 60) // so that a busy machine does not make an honest worker late
	}
	n, err := devnet.Start(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		n.Stop()
		if t.Failed() {
			logs(t, n)
		}
	})
	begin := time.Now()
	require.NoError(t, n.Ready(ctx))
	t.Logf("ready after %s", time.Since(begin).Round(100*time.Millisecond))
	conn, err := client.Dial(ctx, n.Info.GRPC[:1], n.Info.ChainID)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return &network{Network: n, t: t, ctx: ctx, conn: conn}
}

// windows sets the market's windows, in blocks: for commits (those of the court too), for reveals, and for enough organisations. A window
// closes early once all have answered, so a long window costs time only where a seat is silent.
func windows(commit, reveal, wait int64) func(devnet.Genesis) error {
	return func(g devnet.Genesis) error {
		return genesis.Edit(g.State, g.Codec, markettypes.ModuleName, &markettypes.GenesisState{}, func(s *markettypes.GenesisState) error {
			s.Params.CommitBlocks, s.Params.RevealBlocks, s.Params.WaitBlocks = commit, reveal, wait
			s.Params.MinRevealSeconds = 0
			s.Params.AuditBlocks = 0 // the books are read when a task has ended, and its stakes must be free by then
			return nil
		})
	}
}

func logs(t testing.TB, n *devnet.Network) {
	files, _ := filepath.Glob(filepath.Join(n.Info.State, "logs", "*.log"))
	for _, file := range files {
		p := devnet.Process{LogFile: file}
		t.Logf("--- the end of %s:\n%s", filepath.Base(file), p.Tail(25))
	}
}

// key returns the key of a funded account.
func (n *network) key(name string) client.Key {
	n.t.Helper()
	account := n.Info.Account(name)
	require.NotNil(n.t, account, name)
	key, err := client.LoadKey(account.KeyFile)
	require.NoError(n.t, err)
	return key
}

// send has an account's message included. It returns only refusals. Any other error ends the test.
func (n *network) send(key client.Key, msg sdk.Msg) (*client.TxResult, error) {
	n.t.Helper()
	sender, err := client.NewSender(n.conn, key, client.SenderOptions{Gas: client.TableGas})
	require.NoError(n.t, err)
	return sender.Do(n.ctx, msg)
}

// upload puts bytes into the store and returns their digest.
func (n *network) upload(data []byte) string {
	n.t.Helper()
	digest, err := (&artifact.Client{BaseURLs: []string{n.Info.Store}}).Upload(n.ctx, data)
	require.NoError(n.t, err)
	return digest.String()
}

// publish puts a module into the store and on the chain, and returns its reference.
func (n *network) publish(name string, module []byte, price uint64) string {
	n.t.Helper()
	return n.publishDigest(name, n.upload(module), uint64(len(module)), price, n.Info.Store)
}

func (n *network) publishDigest(name, digest string, size, price uint64, locators ...string) string {
	n.t.Helper()
	provider := n.key("provider")
	done, err := n.send(provider, &appstypes.MsgPublish{
		Owner: provider.Address(), Name: name, Version: "1", Digest: digest, Size_: size, Runtime: "wasm",
		Locators: locators, Price: price,
	})
	require.NoError(n.t, err)
	var answer appstypes.MsgPublishResponse
	require.NoError(n.t, done.Response(0, &answer))
	return answer.Reference
}

// mostSeats is the most validators of these networks; all of them sit in the court, whose fees a request locks.
const mostSeats = 7

// job returns a cheap job with room for ten replicas.
func job(app string, trust uint64, replicas uint32) markettypes.Job {
	return markettypes.Job{
		App: app, Trust: trust, MinReplicas: replicas, MaxPrice: appPrice + (10+mostSeats)*devnet.Price, FuelLimit: 100_000_000, Size_: 1,
	}
}

// try submits a job. Its error is the chain's refusal.
func (n *network) try(j markettypes.Job) (string, error) {
	n.t.Helper()
	requester := n.key("requester")
	done, err := n.send(requester, &markettypes.MsgSubmitTask{Requester: requester.Address(), Nonce: uint64(time.Now().UnixNano()), Job: j})
	if err != nil {
		return "", err
	}
	var answer markettypes.MsgSubmitTaskResponse
	require.NoError(n.t, done.Response(0, &answer))
	return answer.Id, nil
}

// submit submits a job and returns its deal.
func (n *network) submit(j markettypes.Job) dealstypes.Deal {
	n.t.Helper()
	request, err := n.try(j)
	require.NoError(n.t, err)
	var deal string
	n.until("the request is matched", func() bool {
		res, err := n.conn.Market().Request(n.ctx, &markettypes.QueryRequestRequest{Id: request})
		require.NoError(n.t, err)
		require.NotEqual(n.t, markettypes.REQUEST_STATUS_UNMATCHED, res.Request.Status, res.Request.Reason)
		deal = res.Request.Deal
		return deal != ""
	})
	return n.deal(deal)
}

func (n *network) deal(id string) dealstypes.Deal {
	n.t.Helper()
	res, err := n.conn.Deals().Deal(n.ctx, &dealstypes.QueryDealRequest{Id: id})
	require.NoError(n.t, err)
	return res.Deal
}

// tasks returns the tasks of a deal that were opened so far.
func (n *network) tasks(deal string) []taskstypes.Task {
	n.t.Helper()
	res, err := n.conn.Tasks().TasksOfDeal(n.ctx, &taskstypes.QueryTasksOfDealRequest{Deal: deal, Pagination: &query.PageRequest{Limit: 100}})
	require.NoError(n.t, err)
	return res.Tasks
}

// task returns the task of a deal that has only one.
func (n *network) task(deal string) taskstypes.Task {
	n.t.Helper()
	var tasks []taskstypes.Task
	n.until("the task is opened", func() bool {
		tasks = n.tasks(deal)
		return len(tasks) == 1
	})
	return tasks[0]
}

// ended waits until the deal's only task has ended.
func (n *network) ended(deal string) taskstypes.Task {
	n.t.Helper()
	return n.reaches(deal, "its end", func(t taskstypes.Task) bool { return t.Phase == taskstypes.PHASE_DONE })
}

// reaches waits until the deal's only task satisfies a condition.
func (n *network) reaches(deal, what string, is func(taskstypes.Task) bool) taskstypes.Task {
	n.t.Helper()
	var task taskstypes.Task
	n.until("task reaches "+what, func() bool {
		task = n.task(deal)
		return is(task)
	})
	return task
}

func (n *network) height() int64 {
	n.t.Helper()
	height, _, err := n.conn.Height(n.ctx)
	require.NoError(n.t, err)
	return height
}

// blocks waits for k more blocks.
func (n *network) blocks(k int64) {
	n.t.Helper()
	end := n.height() + k
	n.until(fmt.Sprintf("height %d", end), func() bool { return n.height() >= end })
}

func (n *network) worker(organisation string) workerstypes.Worker {
	n.t.Helper()
	res, err := n.conn.Workers().Worker(n.ctx, &workerstypes.QueryWorkerRequest{Address: n.Info.Worker(organisation).Address})
	require.NoError(n.t, err)
	return res.Worker
}

func (n *network) balance(address string) uint64 {
	n.t.Helper()
	amount, err := n.conn.Balance(n.ctx, address)
	require.NoError(n.t, err)
	return amount
}

// until polls until a condition is true. It ends at the test's deadline, and when the devnet fails.
func (n *network) until(what string, is func() bool) {
	n.t.Helper()
	for !is() {
		select {
		case <-n.ctx.Done():
			require.FailNow(n.t, "too late: "+what)
		case err := <-n.Failed():
			require.NoError(n.t, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// story describes a task in a line, for the log.
func story(t taskstypes.Task) string {
	var seats []string
	for _, s := range t.Seats {
		seats = append(seats, fmt.Sprintf("%s/%d", s.Organisation, s.Wave))
	}
	by := "agreement"
	if t.ByCourt {
		by = "court"
	}
	return fmt.Sprintf("task %s: %s by %s, seats %s, heights %d to %d", t.Id[:8], t.Ending, by, strings.Join(seats, " "), t.Opened, t.Done)
}

// deals returns the present deals of the requester.
func (n *network) deals() []dealstypes.Deal {
	n.t.Helper()
	res, err := n.conn.Market().Requests(n.ctx, &markettypes.QueryRequestsRequest{
		Requester: n.Info.Account("requester").Address, Pagination: &query.PageRequest{Limit: 200},
	})
	require.NoError(n.t, err)
	var out []dealstypes.Deal
	for _, r := range res.Requests {
		if r.Deal != "" {
			out = append(out, n.deal(r.Deal))
		}
	}
	return out
}
