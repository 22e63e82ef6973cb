package keeper_test

import (
	"cmp"
	"slices"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// mirror is the book as somebody knows it who has read nothing but events.
type mirror struct {
	orders   map[string]*types.OrderRecord
	requests map[string]*waiting
	floors   map[string]uint64
	vouchers map[string]uint64
}

type waiting struct {
	Height int64
	Left   uint64
	Topic  string // "" unless it rests
	Limit  uint64
}

func newMirror() *mirror {
	return &mirror{map[string]*types.OrderRecord{}, map[string]*waiting{}, map[string]uint64{}, map[string]uint64{}}
}

// hear takes an event in.
func (m *mirror) hear(height int64, msg any) {
	switch e := msg.(type) {
	case *types.EventOrderPlaced:
		m.orders[e.Record.Id] = &e.Record
	case *types.EventOrderRested:
		m.orders[e.Id].Topic, m.orders[e.Id].Rank = e.Topic, e.Rank
	case *types.EventOrderFilled:
		m.orders[e.Id].Filled += e.Tasks
	case *types.EventOrderReleased:
		o := m.orders[e.Id]
		o.Filled, o.Released, o.Status = o.Filled-e.Tasks, o.Released+e.Tasks, e.Status
		if e.Status == types.ORDER_STATUS_SIGNED {
			o.Topic, o.Rank = "", ""
		}
	case *types.EventOrderClosed:
		if m.orders[e.Id] == nil { // cancelled before it was seen
			m.orders[e.Id] = &types.OrderRecord{Id: e.Id}
		}
		m.orders[e.Id].Status = e.Status
	case *types.EventFloor:
		m.floors[e.Floor.Owner+e.Floor.Kind.Word()] = e.Floor.Below
	case *voucherstypes.EventVoucher:
		m.vouchers[e.Id] = e.Balance
	case *types.EventRequest:
		r := m.requests[e.Id]
		if r == nil {
			r = &waiting{Height: height}
			m.requests[e.Id] = r
		}
		switch e.What {
		case "refunded":
			return
		case "resting":
			r.Topic, r.Limit = e.Topic, e.Limit
		case "matched":
			if e.Left == 0 {
				r.Topic, r.Limit = "", 0
			}
		default:
			r.Topic, r.Limit = "", 0
		}
		r.Left = e.Left
	}
}

// listen reads the block's events that are new.
func (w *world) listen() {
	all := w.ctx.EventManager().ABCIEvents()
	for _, e := range all[w.read:] {
		if msg, err := sdk.ParseTypedEvent(e); err == nil {
			w.mirror.hear(w.height(), msg)
		}
	}
	w.read = len(all)
}

type entry struct {
	Topic string
	Price uint64
	Age   int64
	Rank  string
	ID    string
	Left  uint64
}

func byPlace(a, b entry) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Price, b.Price), cmp.Compare(a.Age, b.Age), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
}

// compare checks that the state is what the events said.
func (w *world) compare() {
	g, err := w.ExportGenesis(w.ctx)
	require.NoError(w, err)
	status := map[string]types.OrderRecord{}
	for _, o := range g.Orders {
		m := w.mirror.orders[o.Id]
		require.NotNil(w, m, "no event told of order %s", o.Id)
		require.Equal(w, []any{o.Status, o.Filled, o.Released, o.Rank}, []any{m.Status, m.Filled, m.Released, m.Rank}, "order %s", o.Id)
		status[o.Id] = o
	}
	require.Len(w, w.mirror.orders, len(g.Orders))

	var told, book []entry
	for _, o := range w.mirror.orders {
		if o.Status != types.ORDER_STATUS_RESTING || o.Rank == "" {
			continue
		}
		e := entry{o.Topic, o.Order.Price(), o.Height, o.Rank, o.Id, o.Left()}
		told = append(told, e)
		if p := o.Order.Pool; p != nil {
			e.Topic = types.OwnPoolTopic(p.Pool, p.Category)
			told = append(told, e)
		}
	}
	slices.SortFunc(told, byPlace)
	require.NoError(w, w.Book.Walk(w.ctx, nil, func(key bookKey, id []byte) (bool, error) {
		text := types.FormatID([32]byte(id))
		book = append(book, entry{key.K1(), key.K2(), key.K3(), types.FormatID([32]byte(key.K4())), text, ptr(status[text]).Left()})
		return false, nil
	}))
	slices.SortFunc(book, byPlace)
	require.Equal(w, book, told)

	told, book = nil, nil
	for id, r := range w.mirror.requests {
		if r.Topic != "" {
			told = append(told, entry{r.Topic, r.Limit, r.Height, "", id, r.Left})
		}
	}
	slices.SortFunc(told, byPlace)
	for _, r := range g.Requests {
		if r.Status == types.REQUEST_STATUS_RESTING {
			book = append(book, entry{r.Topic, r.Limit, r.Height, "", r.Id, r.Left()})
		}
		if m := w.mirror.requests[r.Id]; r.Job.App != "" {
			require.Equal(w, r.Left(), m.Left, "request %s", r.Id)
		}
	}
	slices.SortFunc(book, byPlace)
	require.Equal(w, book, told)

	floors, vouchers := map[string]uint64{}, map[string]uint64{}
	for _, f := range g.Floors {
		floors[f.Owner+f.Kind.Word()] = f.Below
	}
	issued, err := w.vouchers.ExportGenesis(w.ctx)
	require.NoError(w, err)
	for _, v := range issued.Vouchers {
		vouchers[v.Id] = v.Balance
	}
	require.Equal(w, floors, w.mirror.floors)
	require.Equal(w, vouchers, w.mirror.vouchers)
}

func ptr[T any](v T) *T { return &v }
