package client

import (
	"context"
	"fmt"
	"strconv"
	"time"

	authv1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	bankv1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	nodev1 "cosmossdk.io/api/cosmos/base/node/v1beta1"
	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Apps reads apps.
func (c *Conn) Apps() appstypes.QueryClient { return appstypes.NewQueryClient(c) }

// Workers reads workers and pools.
func (c *Conn) Workers() workerstypes.QueryClient { return workerstypes.NewQueryClient(c) }

// Supply reads the total of coins and how it came about.
func (c *Conn) Supply() supplytypes.QueryClient { return supplytypes.NewQueryClient(c) }

// Vouchers reads vouchers.
func (c *Conn) Vouchers() voucherstypes.QueryClient { return voucherstypes.NewQueryClient(c) }

// Deals reads deals.
func (c *Conn) Deals() dealstypes.QueryClient { return dealstypes.NewQueryClient(c) }

// Market reads the book and requests.
func (c *Conn) Market() markettypes.QueryClient { return markettypes.NewQueryClient(c) }

// Tasks reads tasks and ledgers.
func (c *Conn) Tasks() taskstypes.QueryClient { return taskstypes.NewQueryClient(c) }

// Feeds reads feeds.
func (c *Conn) Feeds() feedstypes.QueryClient { return feedstypes.NewQueryClient(c) }

// Orgs reads organisations.
func (c *Conn) Orgs() orgstypes.QueryClient { return orgstypes.NewQueryClient(c) }

// Poa reads the seats.
func (c *Conn) Poa() poatypes.QueryClient { return poatypes.NewQueryClient(c) }

// Beacon reads seeds.
func (c *Conn) Beacon() beacontypes.QueryClient { return beacontypes.NewQueryClient(c) }

// Bank reads balances.
func (c *Conn) Bank() bankv1.QueryClient { return bankv1.NewQueryClient(c) }

// Auth reads accounts.
func (c *Conn) Auth() authv1.QueryClient { return authv1.NewQueryClient(c) }

// Comet reads blocks and their results.
func (c *Conn) Comet() cmtv1.ServiceClient { return cmtv1.NewServiceClient(c) }

// Node reads a node's own status.
func (c *Conn) Node() nodev1.ServiceClient { return nodev1.NewServiceClient(c) }

// Height returns the latest height that the node has committed, and the time of its block.
func (c *Conn) Height(ctx context.Context) (int64, time.Time, error) {
	res, err := c.Node().Status(ctx, &nodev1.StatusRequest{})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("latest height: %w", err)
	}
	var at time.Time
	if res.Timestamp != nil {
		at = res.Timestamp.AsTime()
	}
	return int64(res.Height), at, nil
}

// Balance returns the balance of an account in ucred.
func (c *Conn) Balance(ctx context.Context, who string) (uint64, error) {
	res, err := c.Bank().Balance(ctx, &bankv1.QueryBalanceRequest{Address: who, Denom: Denom})
	if err != nil {
		return 0, fmt.Errorf("balance of %s: %w", who, err)
	}
	if res.Balance.GetAmount() == "" {
		return 0, nil
	}
	amount, err := strconv.ParseUint(res.Balance.Amount, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("balance of %s: got %q, expected less than 2^64 %s: %w", who, res.Balance.Amount, Denom, err)
	}
	return amount, nil
}
