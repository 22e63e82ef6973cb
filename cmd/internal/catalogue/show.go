// Package catalogue has the commands that list and show what the chain has to offer, and what became of a transaction.
package catalogue

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// showing is a subcommand of "show". It finds what its argument names.
type showing struct {
	use, arg, short string
	find            func(ctx context.Context, l *connect.Link, name string) (any, error)
}

var showings = []showing{
	{"app", "ORGANISATION/NAME[:VERSION]", "Print a version of the app as JSON, or, without :VERSION, the app with all its versions", showApp},
	{"dataset", "ORGANISATION/NAME[:VERSION]", "Print a version of the dataset as JSON, or, without :VERSION, the dataset with all its versions", showDataset},
	{"pool", "POOL", "Print a pool as JSON: its stake, its price, whom it serves", func(ctx context.Context, l *connect.Link, name string) (any, error) {
		pool, err := connect.LookUpPool(ctx, l, "pool", name)
		return &pool, err
	}},
	{"category", "CATEGORY", "Print a category as JSON: the time and the fuel of a job in it", func(ctx context.Context, l *connect.Link, name string) (any, error) {
		category, err := connect.LookUpCategory(ctx, l, "category", name)
		return &category, err
	}},
	{"voucher", "ID", "Print a voucher as JSON: its balance, and what it pays for", showVoucher},
	{"tx", "HASH", "Print what became of a transaction, as JSON", showTx},
	{"pause", "", "Print as JSON whether the chain is paused, and who voted for it", func(ctx context.Context, l *connect.Link, _ string) (any, error) {
		return l.Conn.Poa().Pause(ctx, &poatypes.QueryPauseRequest{})
	}},
}

// NewShowCommand returns the command "show", which prints what the chain knows of a thing.
func NewShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show", Short: "Say what the chain knows of an app, a dataset, a pool, a category, a voucher or a transaction",
		PersistentPreRunE: cli.NoPrepare,
	}
	for _, s := range showings {
		cmd.AddCommand(showSub(s))
	}
	return cmd
}

func showSub(s showing) *cobra.Command {
	var o connect.AccountFlags
	cmd := &cobra.Command{
		Use: strings.TrimSpace(s.use + " " + s.arg), Short: s.short, Args: cli.Exactly(strings.Fields(s.arg)...),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				found, err := s.find(ctx, l, strings.Join(args, ""))
				if err != nil {
					return err
				}
				return printer.PrintJSON(cmd.OutOrStdout(), found)
			})
		},
	}
	o.AddChain(cmd.Flags())
	o.HideOutput(cmd.Flags())
	return cmd
}

// showApp finds a version of an app, or, by the app's name alone, the app with its versions.
func showApp(ctx context.Context, l *connect.Link, name string) (any, error) {
	if !appstypes.IsAssetID(name) {
		return connect.LookUpApp(ctx, l, "app", name)
	}
	res, err := l.Conn.Apps().App(ctx, &appstypes.QueryAppRequest{Id: name})
	return res, connect.LookUp("app", name, "credenced list apps", err)
}

// showDataset finds a version of a dataset, or, by the dataset's name alone, the dataset with its versions.
func showDataset(ctx context.Context, l *connect.Link, name string) (any, error) {
	if !appstypes.IsAssetID(name) {
		return connect.LookUpDataset(ctx, l, "dataset", name)
	}
	res, err := l.Conn.Apps().Dataset(ctx, &appstypes.QueryDatasetRequest{Id: name})
	return res, connect.LookUp("dataset", name, "credenced list datasets", err)
}

// showVoucher finds a voucher by its id, or by the id's first digits.
func showVoucher(ctx context.Context, l *connect.Link, text string) (any, error) {
	ref, err := credence.Resolve(ctx, l.Conn, text, credence.KindVoucher)
	if err != nil {
		return nil, err
	}
	res, err := l.Conn.Vouchers().Voucher(ctx, &voucherstypes.QueryVoucherRequest{Id: ref.ID})
	if err != nil {
		return nil, err
	}
	return &res.Voucher, nil
}

// included is a transaction that did its work.
type included struct {
	Hash    string `json:"hash"`
	Height  int64  `json:"height,string"`
	GasUsed int64  `json:"gas_used,string"`
}

// showTx finds a transaction that did its work. One that failed is an error with the reason.
func showTx(ctx context.Context, l *connect.Link, hash string) (any, error) {
	res, err := sender.FindTx(ctx, l.Conn, hash)
	if err != nil {
		return nil, err
	}
	if res == nil {
		return nil, &cli.Problem{
			What: "HASH: no block has the transaction " + hash,
			Next: "ask again in some blocks; one whose timeout has passed was never included, and spent nothing", Exit: cli.ExitNotEnded,
		}
	}
	return included{res.Hash, res.Height, res.GasUsed}, nil
}
