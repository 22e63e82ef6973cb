package keeper_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestPlaceOffer(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(f *fixture, m *types.MsgPlaceOffer)
		expErr   error
	}{
		{"placed", func(*fixture, *types.MsgPlaceOffer) {}, nil},
		{"free", func(_ *fixture, m *types.MsgPlaceOffer) { m.Price = 0 }, nil},
		{"nonce used", func(f *fixture, m *types.MsgPlaceOffer) { f.place("open", m.Nonce, 1, 1, 0) }, types.ErrNonce},
		{"nonce of an offer taken off", func(f *fixture, m *types.MsgPlaceOffer) {
			id := f.place("open", m.Nonce, 1, 1, 0)
			require.NoError(f, f.CancelOffer(f.ctx, m.Owner, id))
		}, types.ErrNonce},
		{"unknown pool", func(_ *fixture, m *types.MsgPlaceOffer) { m.Pool = "none" }, types.ErrUnknownPool},
		{"no pool", func(_ *fixture, m *types.MsgPlaceOffer) { m.Pool = "" }, types.ErrOffer},
		{"pool of another operator", func(_ *fixture, m *types.MsgPlaceOffer) { m.Pool = "second" }, types.ErrNotOwner},
		{"price that overflows", func(_ *fixture, m *types.MsgPlaceOffer) { m.Price = math.MaxUint64 / 25 }, types.ErrOffer},
		{"no fuel", func(_ *fixture, m *types.MsgPlaceOffer) { m.MaxFuel = 0 }, types.ErrOffer},
		{"no organisation", func(_ *fixture, m *types.MsgPlaceOffer) { m.Owner = addr("ann") }, orgstypes.ErrRole},
		{"bad owner", func(_ *fixture, m *types.MsgPlaceOffer) { m.Owner = "x" }, types.ErrOffer},
		{"too many on the book", func(f *fixture, _ *types.MsgPlaceOffer) {
			for i := range uint64(types.MaxResting) {
				f.place("open", 100+i, i, 1, 0)
			}
		}, types.ErrBookFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			m := types.MsgPlaceOffer{Owner: addr("acme"), Nonce: 7, Pool: "open", Price: 5, MaxFuel: 100, Volume: 3}
			tc.malleate(f, &m)
			id, err := f.placeErr(m)
			require.ErrorIs(t, err, tc.expErr)
			f.endBlock()
			if tc.expErr != nil {
				return
			}
			require.Equal(t, types.FormatID(poco.OrderID(chainID, m.Owner, 7)), id)
			o, err := f.GetOffer(f.ctx, id)
			require.NoError(t, err)
			require.Equal(t, types.Offer{Id: id, Pool: "open", Owner: m.Owner, Organisation: "acme", Nonce: 7, Price: m.Price, MaxFuel: 100, Volume: 3, Height: 1}, o)
		})
	}
}

func TestCancelOffer(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	id := f.place("open", 1, 50, 1e9, 1)
	msgs := keeper.NewMsgServer(f.Keeper)
	cancel := func(owner, id string) error {
		return f.tx(func(ctx sdk.Context) error {
			_, err := msgs.CancelOffer(ctx, &types.MsgCancelOffer{Owner: addr(owner), Id: id})
			return err
		})
	}
	require.ErrorIs(t, cancel("ann", id), types.ErrNotOwner)
	f.submit("ann", 1, job())
	f.next() // fills it
	require.ErrorIs(t, cancel("acme", id), types.ErrEnded)
	id = f.place("open", 2, 50, 1e9, 1)
	require.NoError(t, cancel("acme", id))
	require.ErrorIs(t, cancel("acme", id), types.ErrNotFound)
	r := f.submit("ann", 2, job())
	f.next()
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r).Status)
}

func TestQueries(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	for i, price := range []uint64{30, 10, 20} {
		f.place("open", uint64(i), price, 1e9, 0)
	}
	q := keeper.NewQueryServer(f.Keeper)
	book, err := q.Book(f.ctx, &types.QueryBookRequest{Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Len(t, book.Offers, 2)
	require.Equal(t, "10 20", fmt.Sprint(book.Offers[0].Price, " ", book.Offers[1].Price))
	book, err = q.Book(f.ctx, &types.QueryBookRequest{Runtime: "wasm", Pagination: &query.PageRequest{Key: book.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, book.Offers, 1)
	require.EqualValues(t, 30, book.Offers[0].Price)
	book, err = q.Book(f.ctx, &types.QueryBookRequest{Runtime: "gpu"})
	require.NoError(t, err)
	require.Empty(t, book.Offers)

	a, b := f.submit("ann", 1, job()), f.submit("ann", 2, job())
	f.next()
	list, err := q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: addr("ann")})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{a, b}, []string{list.Requests[0].Id, list.Requests[1].Id})
	list, err = q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: addr("bob")})
	require.NoError(t, err)
	require.Empty(t, list.Requests)
	_, err = q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: "x"})
	require.ErrorContains(t, err, "InvalidArgument")

	d, err := q.Deal(f.ctx, &types.QueryDealRequest{Id: f.request(a).Deal})
	require.NoError(t, err)
	require.Equal(t, a, d.Deal.Request)
	_, err = q.Deal(f.ctx, &types.QueryDealRequest{Id: a})
	require.ErrorContains(t, err, "NotFound")
	_, err = q.Offer(f.ctx, &types.QueryOfferRequest{Id: "A"})
	require.ErrorContains(t, err, "InvalidArgument")
	r, err := q.Request(f.ctx, &types.QueryRequestRequest{Id: a})
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Request.Nonce)
	p, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), p.Params)
	s, err := q.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.True(t, s.Solvent)
	require.Equal(t, s.Balance, s.Owed)
	require.EqualValues(t, d.Deal.Escrow*2, s.Owed)
}
