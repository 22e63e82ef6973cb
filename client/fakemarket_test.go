package client

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmossdk.io/math"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/registry"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// fakeMarket is a chain with a market whose steps a test scripts: every step is one block. The mutex of the node in it guards its
// state.
type fakeMarket struct {
	*fakeNode
	t *testing.T

	money     uint64
	vouchers  map[string]voucherstypes.Voucher
	quote     *taskstypes.QueryQuoteResponse
	quoteErr  error
	policy    string // of the deal that would be made
	apps      map[string]*appstypes.MsgPublish
	datasets  map[string]*appstypes.MsgPublishDataset
	submitted *markettypes.MsgSubmitTask
	previewed *markettypes.QueryPreviewRequest // the last one
	request   markettypes.Request
	deals     []dealstypes.Deal
	tasks     map[string]taskstypes.Task
	ids       ids
	// askedVersion is called, without the lock, for each query of a version of an app or a dataset. It may be nil.
	askedVersion func()
	asked        map[string]int // how often each query was asked
	steps        []func(m *fakeMarket)
	told         map[EventKind]int // how often the runner's observer heard of each kind
	hold         func() bool       // no step is made while it returns true; may be nil
	still        func() bool       // no block at all is made while it returns true; may be nil
}

const requestID = "4a"

func newFakeMarket(t *testing.T, steps ...func(*fakeMarket)) *fakeMarket {
	m := &fakeMarket{
		fakeNode: newFakeNode("credence-1"), t: t, money: 1_000_000_000, vouchers: map[string]voucherstypes.Voucher{},
		apps: map[string]*appstypes.MsgPublish{}, datasets: map[string]*appstypes.MsgPublishDataset{},
		tasks: map[string]taskstypes.Task{}, asked: map[string]int{}, told: map[EventKind]int{}, steps: steps,
		quote: &taskstypes.QueryQuoteResponse{
			Plan: taskstypes.Plan{Replicas: 3}, ExpectedPrice: 300, MaxPrice: 900,
		},
	}
	m.execute = m.deliver
	m.services = func(s *grpc.Server) {
		banktypes.RegisterQueryServer(s, bankOf{fakeMarket: m})
		appstypes.RegisterQueryServer(s, appsOf{fakeMarket: m})
		markettypes.RegisterQueryServer(s, marketOf{fakeMarket: m})
		dealstypes.RegisterQueryServer(s, dealsOf{fakeMarket: m})
		voucherstypes.RegisterQueryServer(s, vouchersOf{fakeMarket: m})
		taskstypes.RegisterQueryServer(s, tasksOf{fakeMarket: m})
	}
	return m
}

// runner returns a requester on the chain with a store, the events that its observer heard, and the observer.
func (m *fakeMarket) runner() (*Runner, *[]Event, Observer) {
	blobs, err := registry.Open(m.t.TempDir(), registry.Options{Open: true})
	require.NoError(m.t, err)
	store := httptest.NewServer(blobs)
	m.t.Cleanup(func() {
		store.Close()
		require.NoError(m.t, blobs.Close())
	})
	key, err := GenerateKey()
	require.NoError(m.t, err)
	var events []Event
	return &Runner{Conn: dialFake(m.t, m.fakeNode), Requester: key, Stores: []string{store.URL}}, &events, func(e Event) {
		events = append(events, e)
		m.set(func() { m.told[e.Kind]++ })
	}
}

// deliver executes a transaction. A submitted request starts the steps.
func (m *fakeMarket) deliver(msgs []sdk.Msg) (out []proto.Message) {
	for _, msg := range msgs {
		switch msg := msg.(type) {
		case *appstypes.MsgPublish:
			m.apps[msg.Digest] = msg
			out = append(out, &appstypes.MsgPublishResponse{Reference: "acme/" + msg.Name + ":" + msg.Version})
		case *appstypes.MsgPublishDataset:
			m.datasets[msg.Digest] = msg
			out = append(out, &appstypes.MsgPublishDatasetResponse{Reference: "acme/" + msg.Name + ":" + msg.Version})
		case *markettypes.MsgSubmitTask:
			m.submitted = msg
			m.request = markettypes.Request{
				Id: requestID, Requester: msg.Requester, Job: msg.Job, Expiry: msg.Expiry, Escrow: msg.Job.MaxPrice * msg.Job.Size_,
				Status: markettypes.REQUEST_STATUS_QUEUED,
			}
			go m.play()
			out = append(out, &markettypes.MsgSubmitTaskResponse{Id: requestID})
		}
	}
	return out
}

// play makes one block for each step, and then empty blocks until the test ends.
func (m *fakeMarket) play() {
	for i := 0; m.t.Context().Err() == nil; {
		time.Sleep(5 * time.Millisecond)
		m.set(func() {
			if m.still != nil && m.still() {
				return
			}
			m.still = nil
			m.height++
			if m.hold != nil && m.hold() {
				return
			}
			if m.hold = nil; i < len(m.steps) {
				m.steps[i](m)
			}
			i++
		})
	}
}

// heard returns a step that waits until the observer has heard n events of this kind.
func heard(kind EventKind, n int) func(*fakeMarket) {
	return func(m *fakeMarket) { m.hold = func() bool { return m.told[kind] < n } }
}

// happen adds an event to the block that is being made.
func (m *fakeMarket) happen(msg proto.Message) {
	event, err := sdk.TypedEventToEvent(msg)
	if err != nil {
		panic(err)
	}
	m.events[m.height] = append(m.events[m.height], abci.Event(event))
}

// becomes sets the status of the request, and the reason for it.
func (m *fakeMarket) becomes(s markettypes.RequestStatus, reason string) {
	m.request.Status, m.request.Reason = s, reason
	if !m.request.Waits() {
		m.request.Escrow = 0
	}
	m.happen(&markettypes.EventRequest{Id: requestID, What: s.String()})
}

// fill returns a step that makes a deal of the next n tasks.
func fill(pool string, n uint64, then markettypes.RequestStatus) func(*fakeMarket) {
	return func(m *fakeMarket) {
		q := &m.request
		escrow := n * q.Job.MaxPrice
		d := dealstypes.Deal{
			Id: fmt.Sprintf("%064x", len(m.deals)+1), Request: requestID, Pool: pool, First: q.Filled, Size_: n, Bag: q.Job.Size_,
			Escrow: escrow, Opened: n,
		}
		m.deals = append(m.deals, d)
		q.Escrow -= escrow
		q.Filled += n
		q.Deals++
		if q.Deal == "" {
			q.Deal = d.Id
		}
		for i := range n {
			t := taskstypes.Task{Id: taskID(d, d.First+i), Deal: d.Id, Index: d.First + i, Attempt: 1, Phase: taskstypes.PHASE_OPEN}
			m.tasks[t.Id] = t
		}
		m.becomes(then, "")
	}
}

// end returns a step that ends a task of the bag with a result.
func end(index uint64) func(*fakeMarket) {
	return func(m *fakeMarket) {
		for i := range m.deals {
			d := &m.deals[i]
			if index < d.First || index >= d.First+d.Size_ {
				continue
			}
			t := m.tasks[taskID(*d, index)]
			t.Phase, t.Ending = taskstypes.PHASE_DONE, taskstypes.ENDING_ACCEPTED
			t.Verdict = &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Digest: artifact.Sum(fmt.Append(nil, index)).String()}
			m.tasks[t.Id] = t
			each := m.request.Job.MaxPrice
			d.Ended, d.Accepted, d.Escrow, d.Paid, d.Refunded = d.Ended+1, d.Accepted+1, d.Escrow-each, d.Paid+each/3, d.Refunded+each-each/3
			m.happen(&taskstypes.EventEnded{Task: t.Id, Deal: d.Id, Index: index})
		}
	}
}

// all returns a step that does several things in one block. The step "nothing" makes an empty block.
func all(steps ...func(*fakeMarket)) func(*fakeMarket) {
	return func(m *fakeMarket) {
		for _, s := range steps {
			s(m)
		}
	}
}

func nothing(*fakeMarket) {}

type (
	bankOf struct {
		*banktypes.UnimplementedQueryServer
		*fakeMarket
	}
	appsOf struct {
		*appstypes.UnimplementedQueryServer
		*fakeMarket
	}
	marketOf struct {
		*markettypes.UnimplementedQueryServer
		*fakeMarket
	}
	dealsOf struct {
		*dealstypes.UnimplementedQueryServer
		*fakeMarket
	}
	vouchersOf struct {
		*voucherstypes.UnimplementedQueryServer
		*fakeMarket
	}
	tasksOf struct {
		*taskstypes.UnimplementedQueryServer
		*fakeMarket
	}
)

func (m bankOf) Balance(context.Context, *banktypes.QueryBalanceRequest) (*banktypes.QueryBalanceResponse, error) {
	coin := sdk.NewCoin(Denom, math.NewIntFromUint64(m.money))
	return &banktypes.QueryBalanceResponse{Balance: &coin}, nil
}

func (m appsOf) Version(_ context.Context, req *appstypes.QueryVersionRequest) (*appstypes.QueryVersionResponse, error) {
	if m.askedVersion != nil {
		m.askedVersion()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.apps[req.Reference]; a != nil {
		return &appstypes.QueryVersionResponse{Version: appstypes.Version{App: "acme/" + a.Name, Version: a.Version, Digest: a.Digest}}, nil
	}
	return nil, overTheWire(appstypes.ErrNotFound)
}

func (m appsOf) DatasetVersion(_ context.Context, req *appstypes.QueryDatasetVersionRequest) (*appstypes.QueryDatasetVersionResponse, error) {
	if m.askedVersion != nil {
		m.askedVersion()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.datasets[req.Reference]; d != nil {
		return &appstypes.QueryDatasetVersionResponse{Version: appstypes.DatasetVersion{Dataset: "acme/" + d.Name, Version: d.Version, Digest: d.Digest}}, nil
	}
	return nil, overTheWire(appstypes.ErrNotFound)
}

func (m marketOf) Params(context.Context, *markettypes.QueryParamsRequest) (*markettypes.QueryParamsResponse, error) {
	return &markettypes.QueryParamsResponse{Params: markettypes.DefaultParams()}, nil
}

func (m vouchersOf) Voucher(_ context.Context, req *voucherstypes.QueryVoucherRequest) (*voucherstypes.QueryVoucherResponse, error) {
	v, ok := m.vouchers[req.Id]
	if !ok {
		return nil, overTheWire(voucherstypes.ErrNotFound)
	}
	return &voucherstypes.QueryVoucherResponse{Voucher: v}, nil
}

func (m marketOf) Request(_ context.Context, req *markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked["request"]++
	if req.Id != m.request.Id {
		return nil, overTheWire(markettypes.ErrNotFound)
	}
	return &markettypes.QueryRequestResponse{Request: m.request}, nil
}

func (m dealsOf) Deal(_ context.Context, req *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.deals {
		if d.Id == req.Id {
			return &dealstypes.QueryDealResponse{Deal: d}, nil
		}
	}
	return nil, overTheWire(dealstypes.ErrNotFound)
}

func (m dealsOf) Deals(_ context.Context, req *dealstypes.QueryDealsRequest) (*dealstypes.QueryDealsResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked["deals"]++
	if req.Request != m.request.Id {
		return nil, status.Error(codes.InvalidArgument, "other parties than a request")
	}
	whole := slices.DeleteFunc(slices.Clone(m.deals), func(d dealstypes.Deal) bool { return d.Pruned > 0 })
	return &dealstypes.QueryDealsResponse{Deals: whole}, nil
}

func (m marketOf) Preview(_ context.Context, req *markettypes.QueryPreviewRequest) (*markettypes.QueryPreviewResponse, error) {
	m.set(func() { m.previewed = req })
	if m.quoteErr != nil {
		return nil, m.quoteErr
	}
	return &markettypes.QueryPreviewResponse{
		Deal:  dealstypes.Deal{Terms: dealstypes.Terms{Policy: m.policy}},
		Offer: markettypes.OrderRecord{Order: markettypes.Order{Pool: &markettypes.PoolOrder{Pool: "north", Price: 100}}},
	}, nil
}

func (m tasksOf) Quote(_ context.Context, req *taskstypes.QueryQuoteRequest) (*taskstypes.QueryQuoteResponse, error) {
	return m.quote, m.quoteErr
}

func (m tasksOf) Ledger(context.Context, *taskstypes.QueryLedgerRequest) (*taskstypes.QueryLedgerResponse, error) {
	return nil, status.Error(codes.NotFound, "no ledger")
}

func (m tasksOf) Task(_ context.Context, req *taskstypes.QueryTaskRequest) (*taskstypes.QueryTaskResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tasks[req.Id]
	if !ok {
		return nil, status.Error(codes.NotFound, "no task")
	}
	return &taskstypes.QueryTaskResponse{Task: t}, nil
}

func (m tasksOf) TasksOfDeal(_ context.Context, req *taskstypes.QueryTasksOfDealRequest) (*taskstypes.QueryTasksOfDealResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := &taskstypes.QueryTasksOfDealResponse{}
	for _, d := range m.deals {
		for i := range d.Size_ {
			if d.Id == req.Deal {
				out.Tasks = append(out.Tasks, m.tasks[taskID(d, d.First+i)])
			}
		}
	}
	return out, nil
}

func taskID(d dealstypes.Deal, index uint64) string {
	raw, err := hex.DecodeString(d.Id)
	if err != nil {
		panic(err)
	}
	id := poco.TaskID([32]byte(raw), index)
	return hex.EncodeToString(id[:])
}

// texts joins the texts of the events of these kinds.
func texts(events []Event, kinds ...EventKind) string {
	var out []string
	for _, e := range events {
		for _, k := range kinds {
			if e.Kind == k {
				out = append(out, e.Text)
			}
		}
	}
	return strings.Join(out, "\n")
}
