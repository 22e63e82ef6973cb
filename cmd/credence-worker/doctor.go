package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/release"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file is "doctor": it checks everything on which a worker depends, before a task needs it. A check reports a fault in words that say
// what to do. Later checks use what earlier ones found: without a key or a node, the checks that need one say "not checked", and the rest
// still runs. The canary runs a real task of its own (canary.go), so that doctor tests the pipeline rather than the settings; and nothing
// that a running worker has opened, such as the journal, is touched.

// Limits within which the worker counts as healthy.
const (
	leastDisk = 2 << 30          // bytes free
	mostSkew  = 30 * time.Second // between this clock and the latest block's
)

func doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check everything that working depends on", Args: cobra.NoArgs,
		Long: "Check key, disk, artifact store, a canary task through the real pipeline, control groups, node, clock, role,\n" +
			"registration, stake and account. Exits with 1 when a check fails. A running worker is not disturbed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			return checkup.Report(ctx, cmd.OutOrStdout(), listChecks(c))
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

// listChecks returns the checks in an order in which each builds on the ones before. Checks that need a node say so when there is none.
func listChecks(c config) []checkup.Check {
	p := &checkedWorker{config: c}
	return []checkup.Check{
		{Name: "key", Run: p.checkKey},
		{Name: "home", Run: p.checkHome},
		{Name: "disk", Run: p.checkDisk},
		{Name: "canary", Run: p.checkCanary},
		{Name: "cgroup", Run: p.checkControlGroup},
		{Name: "containers", Run: p.checkContainers},
		{Name: "node", Run: p.checkNode},
		{Name: "clock", Run: p.checkClock},
		{Name: "registered", Run: p.checkRegistered},
		{Name: "stake", Run: p.checkStake},
		{Name: "account", Run: p.checkAccount},
		{Name: "serving", Run: p.checkServing},
	}
}

// checkedWorker holds what the checks have found out so far.
type checkedWorker struct {
	config
	key    client.Key
	conn   *client.Conn
	worker *workerstypes.Worker
}

var (
	errNoKey  = errors.New("not checked: no key")
	errNoNode = errors.New("not checked: no node answers")
)

func (p *checkedWorker) checkNode(ctx context.Context) (string, error) {
	conn, err := client.Dial(ctx, p.Node, p.ChainID)
	if err != nil {
		return "", err
	}
	p.conn = conn
	res, err := conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{})
	if err != nil {
		return "", err
	}
	if res.Syncing {
		return "", errors.New("it is catching up with the chain; wait for it")
	}
	height, _, err := conn.Height(ctx)
	return fmt.Sprintf("%s, chain %s, height %d", conn.Endpoint(), conn.ChainID(), height), err
}

func (p *checkedWorker) checkClock(ctx context.Context) (string, error) {
	if p.conn == nil {
		return "", errNoNode
	}
	_, at, err := p.conn.Height(ctx)
	if err != nil {
		return "", err
	}
	skew := time.Since(at).Round(time.Millisecond)
	if skew.Abs() > mostSkew {
		return "", fmt.Errorf("the latest block is %s away from this clock, expected at most %s: set the clock, or the chain stands still", skew, mostSkew)
	}
	return fmt.Sprintf("%s after the latest block", skew), nil
}

func (p *checkedWorker) checkRegistered(ctx context.Context) (string, error) {
	switch {
	case p.key == nil:
		return "", errNoKey
	case p.conn == nil:
		return "", errNoNode
	}
	if p.Role == roleCourt {
		if trouble := seatTrouble(ctx, p.conn, p.key.Address()); trouble != "" {
			return "", errors.New(trouble)
		}
		return "court key of an active seat", nil
	}
	res, err := p.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: p.key.Address()})
	if err != nil {
		return "", errors.New(workerTrouble(ctx, p.conn, p.key.Address()))
	}
	p.worker = &res.Worker
	if trouble := workerTrouble(ctx, p.conn, p.key.Address()); trouble != "" {
		return "", errors.New(trouble)
	}
	return fmt.Sprintf("worker of %s in pools %v, %d slots", p.worker.Organisation, p.worker.Pools, p.worker.Slots), nil
}

func (p *checkedWorker) checkStake(ctx context.Context) (string, error) {
	if p.Role == roleCourt {
		return "a court seat locks none", nil
	}
	if p.worker == nil {
		return "", errors.New("not checked: not registered")
	}
	free := p.worker.Bonded - min(p.worker.Bonded, p.worker.Locked)
	for _, id := range p.worker.Pools {
		res, err := p.conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: id})
		if err != nil {
			return "", err
		}
		if free < res.Pool.Stake && p.worker.Busy == 0 {
			return "", fmt.Errorf("%d ucred are free, pool %s locks %d for each task; add some with: credenced tx workers bond", free, id, res.Pool.Stake)
		}
	}
	return fmt.Sprintf("%d ucred bonded, %d locked", p.worker.Bonded, p.worker.Locked), nil
}

func (p *checkedWorker) checkAccount(ctx context.Context) (string, error) {
	switch {
	case p.key == nil:
		return "", errNoKey
	case p.conn == nil:
		return "", errNoNode
	}
	_, err := p.conn.Auth().AccountInfo(ctx, &authv1.QueryAccountInfoRequest{Address: p.key.Address()})
	if status.Code(err) == codes.NotFound {
		return "", fmt.Errorf("the chain does not know %s: send it 1 ucred, which makes its account", p.key.Address())
	}
	if err != nil {
		return "", err
	}
	balance, err := p.conn.Balance(ctx, p.key.Address())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d ucred; answers to tasks are free of fee", balance), nil
}

// checkServing asks the endpoint from which requesters will download results.
func (p *checkedWorker) checkServing(ctx context.Context) (string, error) {
	if p.Role == roleCourt {
		return "results of a court seat are not asked for", nil
	}
	if p.worker == nil {
		return "", errors.New("not checked: not registered")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.worker.Endpoint+"/healthz", nil)
	if err != nil {
		return "", fmt.Errorf("registered endpoint %q: %w", p.worker.Endpoint, err)
	}
	res, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return "", fmt.Errorf("%w; is the worker running, and is that the address others reach it at?", err)
	}
	res.Body.Close()
	// A worker serves blobs by digest. For a digest that it does not have, it must answer "not found".
	has, err := (&artifact.Client{BaseURLs: []string{p.worker.Endpoint}}).Has(ctx, artifact.Sum([]byte("no such blob")))
	if err != nil || has || res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s does not answer as a worker (status %d, %v)", p.worker.Endpoint, res.StatusCode, err)
	}
	return p.worker.Endpoint, checkKeyRequests(ctx, strings.TrimRight(p.worker.Endpoint, "/"))
}

// checkKeyRequests sends a request for a key that every worker refuses. If the worker's refusal comes back, the endpoint can be reached by
// POST; a proxy in front of it may let through only GET.
func checkKeyRequests(ctx context.Context, endpoint string) error {
	_, err := release.Send(ctx, &http.Client{Timeout: 5 * time.Second}, endpoint, release.Signed{})
	var refusal *release.Refusal
	if errors.As(err, &refusal) && refusal.Reason == release.Malformed {
		return nil
	}
	if err == nil {
		err = errors.New("something else answers, with status 200")
	}
	return fmt.Errorf("POST %s%s does not reach the worker: keys of sealed inputs are owed, too (%w)", endpoint, release.Path, err)
}

// isMissing reports whether the chain answered that it does not have what was asked for.
func isMissing(err error) bool {
	code := status.Code(err)
	return code == codes.NotFound || code == codes.Unknown
}
