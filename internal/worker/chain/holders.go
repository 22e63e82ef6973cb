package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Holders returns the endpoints of the workers that have committed to an answer of a task, in the order of their seats, without
// our own. A worker that cannot be looked up within the timeout is left out, because the others may have the bytes, and the error
// says so. A commitment hides which answer it is, so that one of them may have none.
func Holders(ctx context.Context, workers workerstypes.QueryClient, t taskstypes.Task, who string, timeout time.Duration) (urls []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, failed := make([]string, len(t.Seats)), make([]error, len(t.Seats))
	var looks sync.WaitGroup
	for i, s := range t.Seats {
		if s.Who == who || s.State != taskstypes.SEAT_STATE_COMMITTED && s.State != taskstypes.SEAT_STATE_REVEALED {
			continue
		}
		looks.Go(func() {
			res, err := workers.Worker(ctx, &workerstypes.QueryWorkerRequest{Address: s.Who})
			if err != nil {
				failed[i] = fmt.Errorf("worker %s: %w", s.Who, err)
				return
			}
			found[i] = res.Worker.Endpoint
		})
	}
	looks.Wait()
	for _, url := range found {
		if url != "" {
			urls = append(urls, url)
		}
	}
	return urls, errors.Join(failed...)
}
