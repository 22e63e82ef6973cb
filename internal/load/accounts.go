package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
)

// accounts are the accounts that a run makes. Their keys are only in memory: if the run is killed, the coins in them are lost.
type accounts struct {
	keys         []client.Key
	senders      []*sender.Sender
	organisation string // the organisation that the accounts have joined; empty for none
}

// perFunding is the number of accounts that one transaction funds.
const perFunding = 100

func coins(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(client.Denom, int64(amount)))
}

func fundAccounts(ctx context.Context, conn *client.Conn, payer client.Key, plan Plan) (*accounts, error) {
	from, err := client.NewSender(conn, payer, client.SenderOptions{})
	if err != nil {
		return nil, err
	}
	a := &accounts{}
	for range plan.Accounts {
		key, err := client.GenerateKey()
		if err != nil {
			return nil, err
		}
		s, err := client.NewSender(conn, key, client.SenderOptions{})
		if err != nil {
			return nil, err
		}
		a.keys, a.senders = append(a.keys, key), append(a.senders, s)
	}
	plan.Tell(fmt.Sprintf("funding %d accounts with %d%s each", plan.Accounts, plan.Fund, client.Denom))
	for at := 0; at < len(a.keys); at += perFunding {
		part := a.keys[at:min(at+perFunding, len(a.keys))]
		msg := &banktypes.MsgMultiSend{Inputs: []banktypes.Input{{Address: payer.Address(), Coins: coins(plan.Fund * uint64(len(part)))}}}
		for _, key := range part {
			msg.Outputs = append(msg.Outputs, banktypes.Output{Address: key.Address(), Coins: coins(plan.Fund)})
		}
		if _, err := from.Do(ctx, msg); err != nil {
			return nil, errors.Join(fmt.Errorf("fund %d accounts with %d%s each: %w", plan.Accounts, plan.Fund, client.Denom, err), a.giveBack(conn, payer.Address()))
		}
	}
	return a, nil
}

// giveBackWithin is how long the accounts have to return their coins, even after the run was stopped.
const giveBackWithin = time.Minute

// giveBack makes all accounts leave the organisation and send their coins to an address. The error names what could not be returned.
func (a *accounts) giveBack(conn *client.Conn, to string) error {
	ctx, cancel := context.WithTimeout(context.Background(), giveBackWithin)
	defer cancel()
	prices, err := sender.LeastGasPrices(ctx, conn)
	if err != nil {
		return fmt.Errorf("give back what the accounts have left: %w", err)
	}
	fee := sender.Fee(prices, sendGas(1)).AmountOf(client.Denom).Uint64()
	return each(0, len(a.keys), func(i int) error { return errors.Join(a.leave(ctx, i), a.returnOne(ctx, conn, i, to, fee)) })
}

func (a *accounts) returnOne(ctx context.Context, conn *client.Conn, i int, to string, fee uint64) error {
	key := a.keys[i]
	has, err := conn.Balance(ctx, key.Address())
	if err != nil || has <= fee {
		return err
	}
	msg := &banktypes.MsgSend{FromAddress: key.Address(), ToAddress: to, Amount: coins(has - fee)}
	tx, err := a.senders[i].SignWithGas(ctx, sendGas(1), msg)
	if err != nil {
		return err
	}
	if _, err := sender.Confirm(ctx, a.senders[i], tx, false, sender.ConfirmOptions{}); err != nil {
		return fmt.Errorf("%s keeps %d%s: %w", key.Address(), has, client.Denom, err)
	}
	return nil
}
