package client

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestRunPublishesDatasets(t *testing.T) {
	m := newFakeMarket(t, all(fill("north", 2, matched), end(0), end(1)))
	r, events, tell := m.runner()
	cities := write(t, "World Cities.csv", "city,people\n")
	job := Job{
		App: write(t, "app.wasm", emptyApp), Trust: 100, Datasets: []string{cities, "globe/rivers:2"}, DatasetsPerTask: 1,
		Category: "xs", Tags: []string{"tee", "eu", "tee"}, MaxAppPrice: 1, MaxDatasetPrice: 2, MaxPoolPrice: 3, Pools: []string{"north"},
		Beneficiary: "cred1b", Callback: "hook", Resources: appstypes.Resources{MemoryBytes: 1 << 20},
	}
	_, err := r.Run(within(t), job, tell)
	require.NoError(t, err)
	digest := artifact.Sum([]byte("city,people\n"))
	require.Equal(t, &appstypes.MsgPublishDataset{
		Owner: r.Requester.Address(), Name: "world-cities", Version: digest.Hex()[:12], Digest: digest.String(), Size_: 12,
		Locators: r.Stores, MediaType: "text/csv",
	}, m.datasets[digest.String()])
	require.Contains(t, texts(*events, EventPublished), "/in/datasets/acme/world-cities")
	require.Equal(t, markettypes.Job{
		App: "acme/app:5647c39a1d25", Trust: 100, MaxPrice: 900, Size_: 2,
		Datasets: []string{"acme/world-cities:" + digest.Hex()[:12], "globe/rivers:2"}, DatasetsPerTask: 1,
		Category: "xs", Tags: []string{"eu", "tee"}, MaxAppPrice: 1, MaxDatasetPrice: 2, MaxPoolPrice: 3, Pool: "north",
		Beneficiary: "cred1b", Callback: "hook", Resources: appstypes.Resources{MemoryBytes: 1 << 20},
	}, m.submitted.Job)
	data, err := (&artifact.Client{BaseURLs: r.Stores}).Bytes(context.Background(), digest, 100)
	require.NoError(t, err)
	require.Equal(t, "city,people\n", string(data))

	// A published dataset is recognised by its bytes, even under another name.
	reference, err := r.PublishDataset(within(t), DatasetFile{Path: cities, Name: "other"}, tell)
	require.NoError(t, err)
	require.Equal(t, "acme/world-cities:"+digest.Hex()[:12], reference)
	require.Contains(t, texts(*events, EventKnown), "knows this dataset already")
}

func TestPublishDatasetProblems(t *testing.T) {
	r, _, tell := newFakeMarket(t).runner()
	large := filepath.Join(t.TempDir(), "large.bin")
	file, err := os.Create(large)
	require.NoError(t, err)
	require.NoError(t, file.Truncate(appstypes.MaxDatasetSize+1))
	require.NoError(t, file.Close())
	for path, expErr := range map[string]string{
		"absent.csv": "there is no such file", t.TempDir(): "is a folder", large: "more bytes",
	} {
		_, err := r.PublishDataset(within(t), DatasetFile{Path: path}, tell)
		var problem *Error
		require.ErrorAs(t, err, &problem, path)
		require.Equal(t, "Datasets", problem.Field)
		require.Contains(t, problem.What, expErr)
	}
	r.Stores = nil
	_, err = r.PublishDataset(within(t), DatasetFile{Path: write(t, "a.csv", "a")}, tell)
	require.ErrorContains(t, err, "no artifact store is known")
}
