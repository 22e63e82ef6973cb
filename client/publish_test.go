package client

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/artifact"
	appstypes "github.com/credence-chain/credence/x/apps/types"
)

func TestPublishApp(t *testing.T) {
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	reference, err := r.PublishApp(within(t), AppFile{
		Path: write(t, "app.wasm", emptyApp), Name: "stats", Version: "1.0", Description: "counts", Price: 7,
		Requirements: appstypes.Resources{MemoryBytes: 1 << 20}, Tags: []string{"b", "a"}, OutputPath: "data",
	}, tell)
	require.NoError(t, err)
	require.Equal(t, "acme/stats:1.0", reference)
	digest := artifact.Sum([]byte(emptyApp)).String()
	require.Equal(t, &appstypes.MsgPublish{
		Owner: r.Requester.Address(), Name: "stats", Version: "1.0", Description: "counts", Digest: digest, Size_: uint64(len(emptyApp)), Runtime: "wasm",
		Locators: r.Stores, Price: 7, Requirements: &appstypes.Resources{MemoryBytes: 1 << 20}, Tags: []string{"a", "b"}, OutputPath: "data",
	}, m.apps[digest])
}

// TestUnknownAssets: only an answer of the chain says that an app is unknown. An unavailable node's error does not.
func TestUnknownAssets(t *testing.T) {
	require.True(t, unknownAsset(overTheWire(appstypes.ErrNotFound)))
	require.True(t, unknownAsset(status.Error(codes.NotFound, "no such version")))
	require.False(t, unknownAsset(status.Error(codes.Unavailable, "down")))
	require.False(t, unknownAsset(nil))
}
