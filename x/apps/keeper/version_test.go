package keeper_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestPublish(t *testing.T) {
	f := newFixture(t)
	f.publish(t, bob, "count", "1", digest)
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgPublish)
		expErr   error
		says     string
	}{
		{"valid", func(*types.MsgPublish) {}, nil, ""},
		{"immutable", func(m *types.MsgPublish) { m.Digest = other }, types.ErrVersionExists, "acme/count:1.0"},
		{"the same again", func(*types.MsgPublish) {}, types.ErrVersionExists, ""},
		{"next by a colleague", func(m *types.MsgPublish) { m.Owner, m.Version = adam, "1.1" }, nil, ""},
		{"another's by the same name", func(m *types.MsgPublish) { m.Owner = bob }, nil, ""},
		{"no provider", func(m *types.MsgPublish) { m.Owner = mallory }, orgstypes.ErrRole, ""},
		{"no address", func(m *types.MsgPublish) { m.Owner = "x" }, types.ErrInvalidApp, "owner"},
		{"short name", func(m *types.MsgPublish) { m.Name = "a" }, types.ErrInvalidApp, "2 to 32"},
		{"long name", func(m *types.MsgPublish) { m.Name = strings.Repeat("a", 33) }, types.ErrInvalidApp, "2 to 32"},
		{"name with a slash", func(m *types.MsgPublish) { m.Name = "a/b" }, types.ErrInvalidApp, "only a-z"},
		{"name with a colon", func(m *types.MsgPublish) { m.Name = "a:b" }, types.ErrInvalidApp, "only a-z"},
		{"name in capitals", func(m *types.MsgPublish) { m.Name = "Count" }, types.ErrInvalidApp, "only a-z"},
		{"description", func(m *types.MsgPublish) { m.Description = strings.Repeat("a", 513) }, types.ErrInvalidApp, "description"},
		{"no version", func(m *types.MsgPublish) { m.Version = "" }, types.ErrInvalidVersion, "version"},
		{"long version", func(m *types.MsgPublish) { m.Version = strings.Repeat("1", 33) }, types.ErrInvalidVersion, "version"},
		{"odd version", func(m *types.MsgPublish) { m.Version = "1:0" }, types.ErrInvalidVersion, "version"},
		{"no digest", func(m *types.MsgPublish) { m.Digest = "" }, types.ErrInvalidVersion, "digest"},
		{"short digest", func(m *types.MsgPublish) { m.Digest = digest[:70] }, types.ErrInvalidVersion, "digest"},
		{"digest in capitals", func(m *types.MsgPublish) { m.Digest = "sha256:" + strings.Repeat("AB", 32) }, types.ErrInvalidVersion, "digest"},
		{"digest of another hash", func(m *types.MsgPublish) { m.Digest = "sha512:" + strings.Repeat("ab", 32) }, types.ErrInvalidVersion, "digest"},
		{"empty module", func(m *types.MsgPublish) { m.Size_ = 0 }, types.ErrInvalidVersion, "size"},
		{"largest module", func(m *types.MsgPublish) { m.Size_, m.Version = contract.MaxModuleBytes, "big" }, nil, ""},
		{"too large", func(m *types.MsgPublish) { m.Size_ = contract.MaxModuleBytes + 1 }, types.ErrInvalidVersion, "32 MiB"},
		{"runtime", func(m *types.MsgPublish) { m.Runtime = "python" }, types.ErrInvalidVersion, `"python", expected wasm or oci or circuit`},
		{"locator", func(m *types.MsgPublish) { m.Locators = []string{"ftp://x"} }, types.ErrInvalidVersion, "locators[0]"},
		{"locators", func(m *types.MsgPublish) { m.Locators = make([]string, 9) }, types.ErrInvalidVersion, "at most 8"},
		{"price and by order", func(m *types.MsgPublish) { m.ByOrder = true }, types.ErrInvalidVersion, "by_order"},
		{"tag", func(m *types.MsgPublish) { m.Tags = []string{"gpu", "GPU"} }, types.ErrInvalidTags, "tags[1]"},
		{"requirements", func(m *types.MsgPublish) { m.Requirements = &types.Resources{Gpus: 65} }, types.ErrInvalidResources, "gpus: 65"},
		{"output path", func(m *types.MsgPublish) { m.OutputPath = "../data" }, types.ErrInvalidOutputPath, "below /out"},
		{"container that is proved", func(m *types.MsgPublish) {
			m.Runtime, m.Verifier, m.Program = contract.RuntimeOCI, "risc0-3.0", strings.Repeat("ab", 32)
		}, types.ErrInvalidVersion, "nothing can prove"},
		{"circuit by another id", func(m *types.MsgPublish) {
			m.Runtime, m.Verifier, m.Program = contract.RuntimeCircuit, "cube", strings.Repeat("cd", 32)
		}, types.ErrInvalidVersion, "expected the digest of the program"},
		{"module of a guest", func(m *types.MsgPublish) {
			m.Version, m.Verifier, m.Program = "proved", "risc0-3.0", strings.Repeat("ab", 32)
		}, nil, ""},
		{"held app that is not there", func(m *types.MsgPublish) { m.Name, m.App = "", "base/none" }, types.ErrNotFound, "base/none"},
		{"held app by another name", func(m *types.MsgPublish) { m.App = "base/other" }, types.ErrInvalidApp, "base/other"},
		{"held app of another", func(m *types.MsgPublish) { m.App = "base/count" }, types.ErrNotOwner, "base/count"},
		{"held app that is one's own", func(m *types.MsgPublish) { m.App, m.Version = "acme/count", "own" }, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := publish(alice, "count", "1.0", digest)
			tc.malleate(msg)
			_, err := f.srv.Publish(f.ctx, msg)
			require.ErrorIs(t, err, tc.expErr)
			if err != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
	app, version, err := f.k.Resolve(f.ctx, "acme/count:1.1")
	require.NoError(t, err)
	require.Equal(t, types.App{Id: "acme/count", Organisation: "acme", Owner: alice, Description: "counts"}, app, "the first publisher stays its owner")
	require.Equal(t, types.Version{
		App: "acme/count", Version: "1.1", Digest: digest, Size_: 1000, Runtime: "wasm",
		Locators: []string{"https://a.example/blobs"}, Price: 7, Height: 5,
	}, version)
}

// TestPublishKeepsEveryField: what the message says is what is stored, in its one form.
func TestPublishKeepsEveryField(t *testing.T) {
	f := newFixture(t)
	msg := publish(alice, "count", "1", digest)
	msg.Price, msg.ByOrder, msg.OutputPath, msg.Nondeterministic = 0, true, "data/rows", true
	msg.Requirements = &types.Resources{CpuMillis: 500, MemoryBytes: 1 << 30, DiskBytes: 1 << 20, Gpus: 1}
	msg.Tags = []string{"gpu", "avx2", "gpu"}
	_, err := f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, []proto.Message{&types.EventPublished{Reference: "acme/count:1", Digest: digest, Owner: alice, ByOrder: true}}, f.said(t))
	_, version, err := f.k.Resolve(f.ctx, "acme/count:1")
	require.NoError(t, err)
	require.Equal(t, types.Version{
		App: "acme/count", Version: "1", Digest: digest, Size_: 1000, Runtime: "wasm",
		Locators: []string{"https://a.example/blobs"}, Height: 5, ByOrder: true,
		Requirements: &types.Resources{CpuMillis: 500, MemoryBytes: 1 << 30, DiskBytes: 1 << 20, Gpus: 1},
		Tags:         []string{"avx2", "gpu"}, OutputPath: "data/rows", Nondeterministic: true,
	}, version)

	msg = publish(alice, "count", "2", digest)
	msg.Requirements = &types.Resources{}
	_, err = f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	_, version, err = f.k.Resolve(f.ctx, "acme/count:2")
	require.NoError(t, err)
	require.Nil(t, version.Requirements, "nothing is asked for")
	require.Equal(t, []proto.Message{&types.EventPublished{Reference: "acme/count:2", Digest: digest, Owner: alice, Price: 7}}, f.said(t))
}

func TestDescriptionIsKeptWhenEmpty(t *testing.T) {
	f := newFixture(t)
	f.publish(t, alice, "count", "1", digest)
	msg := publish(alice, "count", "2", digest)
	msg.Description = ""
	_, err := f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	msg.Version, msg.Description = "3", "new"
	app, err := f.k.GetApp(f.ctx, "acme/count")
	require.NoError(t, err)
	require.Equal(t, "counts", app.Description)
	_, err = f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	app, err = f.k.GetApp(f.ctx, "acme/count")
	require.NoError(t, err)
	require.Equal(t, "new", app.Description)
}

// TestResolve: by reference, and by digest, where the first published of several wins.
func TestResolve(t *testing.T) {
	f := newFixture(t)
	f.publish(t, bob, "zeta", "1", digest)
	f.ctx = f.ctx.WithBlockHeight(6)
	f.publish(t, alice, "alpha", "2", digest) // sorts before, came after
	f.publish(t, alice, "alpha", "1", other)
	f.publishDataset(t, alice, "rows", "1", "sha256:"+strings.Repeat("ef", 32))
	for _, tc := range []struct {
		name, ref, want string
		expErr          error
	}{
		{"reference", "acme/alpha:2", "acme/alpha:2", nil},
		{"digest: first wins", digest, "base/zeta:1", nil},
		{"digest of one", other, "acme/alpha:1", nil},
		{"unknown digest", "sha256:" + strings.Repeat("00", 32), "", types.ErrNotFound},
		{"unknown version", "acme/alpha:3", "", types.ErrNotFound},
		{"unknown app", "acme/beta:1", "", types.ErrNotFound},
		{"a dataset's", "acme/rows:1", "", types.ErrNotFound},
		{"a dataset's digest", "sha256:" + strings.Repeat("ef", 32), "", types.ErrNotFound},
		{"bad digest", "sha256:12", "", types.ErrInvalidVersion},
		{"no version", "acme/alpha", "", types.ErrInvalidVersion},
		{"no organisation", "alpha:1", "", types.ErrInvalidVersion},
		{"empty", "", "", types.ErrInvalidVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			app, version, err := f.k.Resolve(f.ctx, tc.ref)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr == nil {
				require.Equal(t, tc.want, version.Reference())
				require.Equal(t, app.Id, version.App)
			}
		})
	}
}
