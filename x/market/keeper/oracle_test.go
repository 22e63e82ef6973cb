package keeper_test

import (
	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// judge is the naive oracle: what the witness remembers of the orders must allow the deal that was made.
func (w *world) judge(e *dealstypes.EventDeal) {
	d, err := w.dealing.GetDeal(w.ctx, e.Id)
	require.NoError(w, err)
	h := w.height()
	request, known := w.seen[d.Request]
	require.True(w, known)
	pool := w.seen[d.PoolOrder]
	orders := []types.Order{request, pool}
	take := map[string]uint64{d.Request: d.Size_, d.PoolOrder: d.Size_}
	if d.AppOrder != "" {
		app := w.seen[d.AppOrder]
		orders, take[d.AppOrder] = append(orders, app), d.Size_
		require.Equal(w, app.App.Price, d.Terms.AppPrice)
		require.Equal(w, "studio/"+d.App[7:]+":"+d.AppVersion, app.App.App)
		w.allows(app.App.Requesters.Accounts, d.Requester)
		w.allows(app.App.Pools.Ids, d.Pool)
	} else {
		require.NotEqual(w, "studio/zoo", d.App, "sold by order alone")
		require.EqualValues(w, 10, d.Terms.AppPrice)
	}
	for i, s := range d.Datasets {
		reads := d.Size_
		if d.DatasetsPerTask > 0 {
			reads = 0
			if at := uint64(i); at >= d.First && at < d.First+d.Size_ {
				reads = 1
			}
		}
		if s.Order != "" {
			o := w.seen[s.Order]
			orders, take[s.Order] = append(orders, o), reads
			require.Equal(w, o.Dataset.Price, s.Price)
			require.Equal(w, s.Dataset+":"+s.Version, o.Dataset.Dataset)
			w.allows(o.Dataset.Apps.Ids, d.App)
		} else if reads > 0 {
			require.NotEqual(w, "data/bb", s.Dataset, "sold by order alone")
		}
	}
	for _, o := range orders {
		kind, err := o.Kind()
		require.NoError(w, err)
		require.False(w, o.Expiry > 0 && h >= o.Expiry, "%s expired at %d", kind, o.Expiry)
		require.False(w, w.gone[idOf(o)], "%s was taken back", kind)
		require.GreaterOrEqual(w, o.Nonce, w.floors[o.Owner+kind.Word()], "%s is below the floor", kind)
		w.filled[idOf(o)] += take[idOf(o)]
		if v := o.Volume(); v > 0 {
			require.LessOrEqual(w, w.filled[idOf(o)], v, "%s met more than its volume", kind)
		}
		require.False(w, w.orgs.revoked[w.orgs.of[string(rawOf(o.Owner))]], "%s's owner is revoked", kind)
	}
	j := *request.Request
	require.Equal(w, pool.Pool.Pool, d.Pool)
	require.Equal(w, []any{pool.Pool.Price, pool.Pool.Stake, w.pools.pools[d.Pool].Stake}, []any{d.Terms.Price, d.Terms.Stake, pool.Pool.Stake})
	require.Equal(w, j.Category, pool.Pool.Category)
	w.allows(pool.Pool.Requesters.Organisations, w.orgs.of[string(rawOf(d.Requester))])
	if j.Pool != "" {
		require.Equal(w, j.Pool, d.Pool)
	}
	each, err := d.Terms.Escrow()
	require.NoError(w, err)
	require.LessOrEqual(w, each, j.MaxPrice)
	require.GreaterOrEqual(w, uint64(d.Terms.MaxSeats), j.Need())
	require.Equal(w, each*d.Size_, e.Escrow)
	if j.Sponsor != "" {
		require.Equal(w, []string{j.Sponsor, j.Sponsor}, []string{d.Relayer, e.Payer})
	}
	if j.Voucher != "" {
		require.Less(w, h, w.voucher(j.Voucher).Expiry)
		require.Equal(w, j.Voucher, e.Payer)
	}
	if !j.Partial && d.First == 0 {
		require.EqualValues(w, j.Size_, w.request(d.Request).Filled, "the whole bag at once")
	}
}

func (w *world) allows(list []string, who string) {
	if len(list) > 0 {
		require.Contains(w, list, who)
	}
}
