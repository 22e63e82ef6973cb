package app

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/prometheus/client_golang/prometheus"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/watch"
)

// observer is called for every block; the metrics implement it. It is an interface to save compile time, see keepers.
type observer interface {
	CountBlock(res *abci.ResponseFinalizeBlock)
}

// Observe registers the metrics of the protocol. A node calls it once, before it starts.
func (a *App) Observe(reg prometheus.Registerer) {
	k := keepersOf(a)
	keepers := watch.Keepers{
		Tasks: k.Tasks, Market: k.Market, Deals: k.Deals, Vouchers: k.Vouchers, Workers: k.Workers, Poa: k.Poa, Supply: k.Supply, Beacon: k.Beacon, Feeds: k.Feeds,
	}
	a.observer = watch.New(reg, keepers, func() (sdk.Context, error) { return a.CreateQueryContext(0, false) }, a.Logger())
}

// FinalizeBlock executes a block, and then counts its events for the metrics.
func (a *App) FinalizeBlock(req *abci.RequestFinalizeBlock) (res *abci.ResponseFinalizeBlock, err error) {
	a.executed = req.Time
	defer a.reportFailure(&err)
	res, err = a.BaseApp.FinalizeBlock(req)
	if a.observer != nil {
		a.observer.CountBlock(res)
	}
	return res, err
}

// reportFailure reports an error or a panic of a block to the function that ends the node, and passes it on.
func (a *App) reportFailure(err *error) {
	r := recover()
	if a.failed != nil {
		switch {
		case r != nil:
			a.failed(fmt.Errorf("%v", r), a.executed)
		case *err != nil:
			a.failed(*err, a.executed)
		}
	}
	if r != nil {
		panic(r)
	}
}
