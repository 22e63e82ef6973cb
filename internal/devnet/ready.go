package devnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/credence-chain/credence/client"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Ready waits until the chain makes blocks and every worker and court executor says that it is ready. The error names one that is not. No
// one waits for a worker that the chain keeps out, such as a saboteur that was jailed before the devnet continued.
func (n *Network) Ready(ctx context.Context) error {
	var last error
	said := ""
	for {
		var ready string
		if ready, last = n.checkAll(ctx); ready != said {
			said = ready
			n.opts.Progress(ready)
		}
		if last == nil {
			return n.saveInfo(true)
		}
		select {
		case err := <-n.failed:
			return err
		case <-ctx.Done():
			return fmt.Errorf("the devnet is not ready: %w (logs: %s)", last, filepath.Join(n.Info.State, "logs"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// checkAll asks every process once. It returns which are ready, and the first reason why another one is not.
func (n *Network) checkAll(ctx context.Context) (ready string, first error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	failed := func(err error) {
		if first == nil {
			first = err
		}
	}
	blocks, workers, courts, out := 0, 0, 0, 0
	for i, endpoint := range n.Info.GRPC {
		if err := makesBlocks(ctx, endpoint, n.Info.ChainID); err != nil {
			failed(fmt.Errorf("%s %w", n.Info.Validators[i].Name, err))
		} else {
			blocks++
		}
	}
	for _, w := range n.Info.AllWorkers() {
		switch err := askReady(ctx, w.Endpoint); {
		case err == nil:
			workers++
		case errors.Is(err, errNotReady) && n.keepsOut(ctx, w.Address):
			out++
		default:
			failed(fmt.Errorf("worker %s: %w", w.Organisation, err))
		}
	}
	for _, v := range n.Info.Validators {
		if err := askReady(ctx, v.Court); err != nil {
			failed(fmt.Errorf("court executor of %s: %w", v.Name, err))
		} else {
			courts++
		}
	}
	ready = fmt.Sprintf("ready: %d of %d validators, %d of %d workers, %d of %d court executors",
		blocks, len(n.Info.GRPC), workers, len(n.Info.AllWorkers()), courts, len(n.Info.Validators))
	if out > 0 {
		ready += fmt.Sprintf("; the chain keeps out %d workers: jailed, paused, cooling down or without stake", out)
	}
	return ready, first
}

// keepsOut says whether the chain's record of a worker is why no task is given to it. Then its process may be well.
func (n *Network) keepsOut(ctx context.Context, worker string) bool {
	conn, err := client.Dial(ctx, n.Info.GRPC, n.Info.ChainID)
	if err != nil {
		return false
	}
	defer conn.Close()
	res, err := conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: worker})
	return err == nil && (res.Worker.KeptOut() != nil || res.Worker.Free() == 0)
}

// errNotReady is the error of a process that runs and says that it is not ready.
var errNotReady = errors.New("not ready")

// makesBlocks returns an error if a validator makes no blocks.
func makesBlocks(ctx context.Context, endpoint, chainID string) error {
	conn, err := client.Dial(ctx, []string{endpoint}, chainID)
	if err != nil {
		return fmt.Errorf("can't be reached: %w", err)
	}
	defer conn.Close()
	height, _, err := conn.Height(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("does not tell its height: %w", err)
	case height < 1:
		return errors.New("has no block yet")
	}
	return nil
}

func askReady(ctx context.Context, base string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		reason := make([]byte, 300)
		k, _ := resp.Body.Read(reason)
		return fmt.Errorf("%w: %s", errNotReady, bytes.TrimSpace(reason[:k]))
	}
	return nil
}
