package order

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// sent is a transaction that was included.
type sent struct {
	Hash   string `json:"hash"`
	Height int64  `json:"height,string"`
}

// errGenerated says that --generate-only printed a transaction instead of sending one.
var errGenerated = errors.New("generated only")

// sendMessage sends a message and waits until it is included. With --generate-only it prints the transaction and returns errGenerated.
func (o *orderFlags) sendMessage(ctx context.Context, cmd *cobra.Command, l *connect.Link, owner string, msg func(account string) sdk.Msg) (*credence.TxResult, error) {
	if o.generateOnly {
		return nil, o.printUnsigned(ctx, cmd, l, owner, msg)
	}
	key, err := o.LoadSigner(cmd, owner)
	if err != nil {
		return nil, err
	}
	if ring, ok := key.(connect.RingKey); ok {
		if err := ring.CanSign(); err != nil {
			return nil, err
		}
	}
	if owner != "" && key.Address() != owner {
		return nil, &cli.Problem{
			What: fmt.Sprintf("--from: its account is %s, the order's owner %s", key.Address(), owner),
			Next: "only the owner may do this: name its key with --from",
		}
	}
	options := credence.SenderOptions{GasPrices: o.gasPrices}
	if o.gas > 0 {
		options.Gas = func([]sdk.Msg) uint64 { return o.gas }
	}
	s, err := credence.NewSender(l.Conn, key, options)
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, msg(key.Address()))
}

// printUnsigned prints an unsigned transaction for `credenced tx sign`.
func (o *orderFlags) printUnsigned(ctx context.Context, cmd *cobra.Command, l *connect.Link, owner string, msg func(account string) sdk.Msg) error {
	account := owner
	if account == "" {
		var err error
		if account, err = o.DefaultOwner(cmd, ""); err != nil {
			return err
		}
	}
	message := msg(account)
	packed, err := codectypes.NewAnyWithValue(message)
	if err != nil {
		return err
	}
	gas := o.gas
	if gas == 0 {
		gas = 500_000
		switch message.(type) {
		case *markettypes.MsgPlaceOrder, *markettypes.MsgMatchOrders, *markettypes.MsgCancelOrder:
			// For a request, each of these takes a place in the matching queue, which costs more gas.
			gas = 3_000_000
		}
	}
	prices, err := sdk.ParseDecCoins(o.gasPrices)
	if err != nil {
		return fmt.Errorf("--gas-prices %q: %w", o.gasPrices, err)
	}
	if o.gasPrices == "" {
		if prices, err = sender.LeastGasPrices(ctx, l.Conn); err != nil {
			return err
		}
	}
	raw, err := credence.Codec().MarshalJSON(&txtypes.Tx{
		Body:     &txtypes.TxBody{Messages: []*codectypes.Any{packed}},
		AuthInfo: &txtypes.AuthInfo{SignerInfos: []*txtypes.SignerInfo{}, Fee: &txtypes.Fee{Amount: sender.Fee(prices, gas), GasLimit: gas}},
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(cmd.OutOrStdout(), string(raw)); err != nil {
		return err
	}
	return errGenerated
}

// hideGenerated turns errGenerated into nil, since it is not a failure.
func hideGenerated(err error) error {
	if errors.Is(err, errGenerated) {
		return nil
	}
	return err
}
