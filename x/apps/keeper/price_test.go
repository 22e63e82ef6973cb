package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
)

func TestSetPrice(t *testing.T) {
	f := newFixture(t)
	f.publish(t, alice, "count", "1", digest)
	f.publish(t, alice, "count", "2", digest)
	f.publishDataset(t, alice, "rows", "1", digest)
	f.said(t)
	for _, tc := range []struct {
		name, ref string
		price     uint64
		byOrder   bool
		expErr    error
	}{
		{"app", "acme/count:1", 9, false, nil},
		{"free", "acme/count:1", 0, false, nil},
		{"by order", "acme/count:1", 0, true, nil},
		{"price again", "acme/count:1", 11, false, nil},
		{"dataset", "acme/rows:1", 9, false, nil},
		{"dataset by order", "acme/rows:1", 0, true, nil},
		{"price and by order", "acme/count:1", 1, true, types.ErrInvalidVersion},
		{"unknown version", "acme/count:3", 1, false, types.ErrNotFound},
		{"unknown dataset version", "acme/rows:3", 1, false, types.ErrNotFound},
		{"unknown", "acme/none:1", 1, false, types.ErrNotFound},
		{"a digest may be several versions'", digest, 1, false, types.ErrInvalidVersion},
		{"no version", "acme/count", 1, false, types.ErrInvalidVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := f.srv.SetPrice(f.ctx, &types.MsgSetPrice{Owner: alice, Reference: tc.ref, Price: tc.price, ByOrder: tc.byOrder})
			require.ErrorIs(t, err, tc.expErr)
			said := f.said(t)
			if tc.expErr != nil {
				require.Empty(t, said)
				return
			}
			id, version, err := types.ParseReference(tc.ref)
			require.NoError(t, err)
			require.Equal(t, []proto.Message{&types.EventAppChanged{App: id, What: "price", Version: version, Price: tc.price, ByOrder: tc.byOrder}}, said)
			var price uint64
			var listed bool
			if _, v, err := f.k.Resolve(f.ctx, tc.ref); err == nil {
				price, listed = v.ListPrice()
			} else {
				_, v, err := f.k.ResolveDataset(f.ctx, tc.ref)
				require.NoError(t, err)
				price, listed = v.ListPrice()
			}
			require.Equal(t, tc.price, price)
			require.Equal(t, !tc.byOrder, listed)
		})
	}
	_, version, err := f.k.Resolve(f.ctx, "acme/count:2")
	require.NoError(t, err)
	require.EqualValues(t, 7, version.Price, "other versions keep theirs")
}
