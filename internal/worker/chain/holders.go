package chain

import (
	"context"
	"time"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Holders returns the endpoints of the workers that have committed to an answer of a task, in the order of their seats, without
// our own. A worker that cannot be looked up within the timeout is left out: the others may have the bytes. A commitment hides
// which answer it is, so that one of them may have none.
func Holders(ctx context.Context, workers workerstypes.QueryClient, t taskstypes.Task, who string, timeout time.Duration) (urls []string) {
	for _, s := range t.Seats {
		if s.Who == who || s.State != taskstypes.SEAT_STATE_COMMITTED && s.State != taskstypes.SEAT_STATE_REVEALED {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		res, err := workers.Worker(ctx, &workerstypes.QueryWorkerRequest{Address: s.Who})
		cancel()
		if err == nil && res.Worker.Endpoint != "" {
			urls = append(urls, res.Worker.Endpoint)
		}
	}
	return urls
}
