package keeper_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestPublishDataset(t *testing.T) {
	f := newFixture(t)
	f.publishDataset(t, bob, "rows", "1", digest)
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgPublishDataset)
		expErr   error
		says     string
	}{
		{"valid", func(*types.MsgPublishDataset) {}, nil, ""},
		{"immutable", func(m *types.MsgPublishDataset) { m.Digest = other }, types.ErrVersionExists, "acme/rows:1.0"},
		{"the same again", func(*types.MsgPublishDataset) {}, types.ErrVersionExists, ""},
		{"next by a colleague", func(m *types.MsgPublishDataset) { m.Owner, m.Version = adam, "1.1" }, nil, ""},
		{"no provider", func(m *types.MsgPublishDataset) { m.Owner = ursula }, orgstypes.ErrRole, ""},
		{"revoked", func(m *types.MsgPublishDataset) { f.orgs.revoked["acme"] = true }, orgstypes.ErrRevoked, "acme"},
		{"no address", func(m *types.MsgPublishDataset) { m.Owner = "x" }, types.ErrInvalidApp, "owner"},
		{"short name", func(m *types.MsgPublishDataset) { m.Name = "a" }, types.ErrInvalidDataset, "2 to 32"},
		{"name with a slash", func(m *types.MsgPublishDataset) { m.Name = "a/b" }, types.ErrInvalidDataset, "only a-z"},
		{"description", func(m *types.MsgPublishDataset) { m.Description = strings.Repeat("a", 513) }, types.ErrInvalidDataset, "description"},
		{"no version", func(m *types.MsgPublishDataset) { m.Version = "" }, types.ErrInvalidVersion, "version"},
		{"digest", func(m *types.MsgPublishDataset) { m.Digest = "md5:1" }, types.ErrInvalidVersion, "digest"},
		{"empty", func(m *types.MsgPublishDataset) { m.Size_ = 0 }, types.ErrInvalidVersion, "size"},
		{"largest", func(m *types.MsgPublishDataset) { m.Size_, m.Version = 4<<30, "big" }, nil, ""},
		{"too large", func(m *types.MsgPublishDataset) { m.Size_ = 4<<30 + 1 }, types.ErrInvalidVersion, "4 GiB"},
		{"locators", func(m *types.MsgPublishDataset) { m.Locators = []string{"x"} }, types.ErrInvalidVersion, "locators[0]"},
		{"price and by order", func(m *types.MsgPublishDataset) { m.ByOrder = true }, types.ErrInvalidVersion, "by_order"},
		{"tags", func(m *types.MsgPublishDataset) { m.Tags = []string{""} }, types.ErrInvalidTags, "tags[0]"},
		{"media type", func(m *types.MsgPublishDataset) { m.MediaType = "csv" }, types.ErrInvalidMediaType, `"csv"`},
		{"schema", func(m *types.MsgPublishDataset) { m.Schema = "x" }, types.ErrInvalidSchema, `"x"`},
		{"held dataset that is not there", func(m *types.MsgPublishDataset) { m.Name, m.Dataset = "", "base/none" }, types.ErrNotFound, "base/none"},
		{"held dataset by another name", func(m *types.MsgPublishDataset) { m.Dataset = "base/none" }, types.ErrInvalidDataset, "base/none"},
		{"held dataset of another", func(m *types.MsgPublishDataset) { m.Dataset = "base/rows" }, types.ErrNotOwner, "base/rows"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clear(f.orgs.revoked)
			msg := publishDataset(alice, "rows", "1.0", digest)
			tc.malleate(msg)
			_, err := f.srv.PublishDataset(f.ctx, msg)
			require.ErrorIs(t, err, tc.expErr)
			if err != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
}

func TestPublishDatasetKeepsEveryField(t *testing.T) {
	f := newFixture(t)
	msg := publishDataset(alice, "rows", "1", digest)
	msg.Price, msg.ByOrder, msg.Tags, msg.Schema = 0, true, []string{"tee.sgx", "eu", "eu"}, other
	_, err := f.srv.PublishDataset(f.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, []proto.Message{&types.EventPublished{Reference: "acme/rows:1", Digest: digest, Owner: alice, Dataset: true, ByOrder: true}}, f.said(t))
	dataset, version, err := f.k.ResolveDataset(f.ctx, "acme/rows:1")
	require.NoError(t, err)
	require.Equal(t, types.Dataset{Id: "acme/rows", Organisation: "acme", Owner: alice, Description: "numbers"}, dataset)
	require.Equal(t, types.DatasetVersion{
		Dataset: "acme/rows", Version: "1", Digest: digest, Size_: 1000, Locators: []string{"https://a.example/blobs"},
		ByOrder: true, Tags: []string{"eu", "tee.sgx"}, MediaType: "text/csv", Schema: other, Height: 5,
	}, version)

	msg = publishDataset(adam, "rows", "2", other)
	msg.Description = ""
	_, err = f.srv.PublishDataset(f.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, []proto.Message{&types.EventPublished{Reference: "acme/rows:2", Digest: other, Owner: alice, Dataset: true, Price: 5}}, f.said(t))
	dataset, version, err = f.k.ResolveDataset(f.ctx, other)
	require.NoError(t, err)
	require.Equal(t, "acme/rows:2", version.Reference())
	require.Equal(t, "numbers", dataset.Description, "kept when empty")
	require.Equal(t, alice, dataset.Owner, "the first publisher stays its owner")
	msg.Version, msg.Description = "3", "more numbers"
	_, err = f.srv.PublishDataset(f.ctx, msg)
	require.NoError(t, err)
	dataset, err = f.k.GetDataset(f.ctx, "acme/rows")
	require.NoError(t, err)
	require.Equal(t, "more numbers", dataset.Description)
}

func TestResolveDataset(t *testing.T) {
	f := newFixture(t)
	f.publishDataset(t, bob, "zeta", "1", digest)
	f.publish(t, bob, "prog", "1", other)
	f.ctx = f.ctx.WithBlockHeight(6)
	f.publishDataset(t, alice, "alpha", "2", digest) // sorts before, came after
	for _, tc := range []struct {
		name, ref, want string
		expErr          error
	}{
		{"reference", "acme/alpha:2", "acme/alpha:2", nil},
		{"digest: first wins", digest, "base/zeta:1", nil},
		{"an app's", "base/prog:1", "", types.ErrNotFound},
		{"an app's digest", other, "", types.ErrNotFound},
		{"unknown version", "acme/alpha:3", "", types.ErrNotFound},
		{"bad digest", "sha256:12", "", types.ErrInvalidVersion},
		{"no version", "acme/alpha", "", types.ErrInvalidVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dataset, version, err := f.k.ResolveDataset(f.ctx, tc.ref)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr == nil {
				require.Equal(t, tc.want, version.Reference())
				require.Equal(t, dataset.Id, version.Dataset)
			}
		})
	}
}

// TestOneNamespace: what is an app's name is no dataset's, whoever owns it by now.
func TestOneNamespace(t *testing.T) {
	f := newFixture(t)
	f.publish(t, alice, "count", "1", digest)
	f.publishDataset(t, alice, "rows", "1", digest)
	for _, who := range []string{alice, adam} {
		_, err := f.srv.PublishDataset(f.ctx, publishDataset(who, "count", "2", other))
		require.ErrorIs(t, err, types.ErrNameTaken)
		_, err = f.srv.Publish(f.ctx, publish(who, "rows", "2", other))
		require.ErrorIs(t, err, types.ErrNameTaken)
	}
	f.transfer(t, alice, "acme/count", bob)
	f.transfer(t, alice, "acme/rows", bob)
	_, err := f.srv.PublishDataset(f.ctx, publishDataset(alice, "count", "2", other))
	require.ErrorIs(t, err, types.ErrNameTaken)
	msg := publishDataset(bob, "count", "2", other)
	msg.Dataset = "acme/count"
	_, err = f.srv.PublishDataset(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrNameTaken)
	held := publish(bob, "", "2", other)
	held.App = "acme/rows"
	_, err = f.srv.Publish(f.ctx, held)
	require.ErrorIs(t, err, types.ErrNameTaken)
	f.publish(t, bob, "rows", "1", digest) // another organisation's is another name

	dataset := types.Dataset{Id: "acme/count", Organisation: "acme", Owner: alice}
	require.ErrorIs(t, f.k.PublishDataset(f.ctx, dataset, types.DatasetVersion{}), types.ErrNameTaken, "the keeper holds it too")
	app := types.App{Id: "acme/rows", Organisation: "acme", Owner: alice}
	require.ErrorIs(t, f.k.Publish(f.ctx, app, types.Version{}), types.ErrNameTaken)
}
