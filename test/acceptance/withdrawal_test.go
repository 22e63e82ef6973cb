package acceptance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/devnet"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestAnInputIsWithdrawn: the requester's server gives a file to the first worker and to no other. The other workers get it from the first
// worker, and the task is accepted as usual.
func TestAnInputIsWithdrawn(t *testing.T) {
	n := start(t, 5*time.Minute, devnet.Options{EditGenesis: windows(200, 30, 6)})
	app := n.publish("echo", echo(), appPrice)

	content := []byte("here for one, and then no more")
	store := artifact.NewMemory()
	digest, _, err := store.Put(context.Background(), strings.NewReader(string(content)), 100)
	require.NoError(t, err)
	var given, refused atomic.Int64
	shelf := artifact.Handler(store)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if given.Load() > 0 {
			refused.Add(1)
			http.NotFound(w, r)
			return
		}
		shelf.ServeHTTP(w, r)
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, digest.Hex()) {
			given.Add(1)
		}
	}))
	defer server.Close()

	j := job(app, looseTrust, 3)
	j.Inputs = []*dealstypes.Input{{Name: "page.txt", Digest: digest.String(), Size_: uint64(len(content)), Locators: []string{server.URL}}}
	task := n.ended(n.submit(j).Id)
	require.Equal(t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.EqualValues(t, 1, given.Load(), "one worker had it from the server")
	require.Positive(t, refused.Load(), "the others asked there first")
	require.GreaterOrEqual(t, len(task.Seats), 3)
	for _, end := range task.Settlement.Seats {
		require.True(t, end.Right, end.Organisation)
	}
}
