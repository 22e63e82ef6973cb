package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has the commands of a worker's owner: the account of an organisation that registers the worker, bonds its stake and is paid. The
// owner need not be the worker's hot key, and mostly is not; --owner-key-file names its key, which is read for the one command.

// owner acts for a worker on the chain.
type owner struct {
	config
	conn   *client.Conn
	key    client.Key // of the owner
	worker string     // the hot key's address
	out    io.Writer
}

// ownerCommand returns a command that acts as the owner. fill may add flags; act is called with a connection.
func ownerCommand(use, short, long string, args cobra.PositionalArgs, act func(ctx context.Context, o *owner, args []string) error) *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		Long: short + ".\n\n" + long,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			ctx, stop := cli.WatchContext(cmd)
			defer stop()
			o, err := c.openOwner(ctx, keyFile)
			if err != nil {
				return err
			}
			defer o.conn.Close()
			o.out = cmd.OutOrStdout()
			return cli.SimplifyError(cli.Stopped(ctx, cli.Explain(act(ctx, o, args)), ""))
		},
	}
	addFlags(cmd.Flags())
	addOwnerKey(cmd, &keyFile)
	return cmd
}

func addOwnerKey(cmd *cobra.Command, keyFile *string) {
	cmd.Flags().StringVar(keyFile, "owner-key-file", "", "key of the account that owns the worker: a member of its organisation (default: the worker's own key)")
}

// openOwner connects to a node, and reads the keys. Without a file for the owner's key, the worker's key is the owner's.
func (c config) openOwner(ctx context.Context, keyFile string) (*owner, error) {
	hot, err := client.UnlockKey(c.KeyFile, c.Passphrase)
	if err != nil {
		return nil, noKey(err, c.KeyFile)
	}
	o := &owner{config: c, key: hot, worker: hot.Address()}
	if keyFile != "" {
		if o.key, err = client.UnlockKey(keyFile, c.Passphrase); err != nil {
			return nil, fmt.Errorf("--owner-key-file: %w", err)
		}
	}
	if o.conn, err = client.Dial(ctx, c.Node, c.ChainID); err != nil {
		return nil, cli.Explain(err)
	}
	return o, nil
}

// send sends messages in one transaction, and waits for its block.
func (o *owner) send(ctx context.Context, msgs ...sdk.Msg) (*client.TxResult, error) {
	s, err := client.NewSender(o.conn, o.key, client.SenderOptions{GasPrices: o.GasPrices})
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, msgs...)
}

// find returns the worker as the chain has it; nil if it is not registered.
func (o *owner) find(ctx context.Context) (*workerstypes.Worker, error) {
	res, err := o.conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: o.worker})
	switch {
	case err == nil:
		return &res.Worker, nil
	case status.Code(err) == codes.NotFound:
		return nil, nil
	}
	return nil, err
}

func registerCommand() *cobra.Command {
	var pools, capabilities []string
	cmd := ownerCommand("register URL [STAKE]", "Register the worker and bond its stake, or change its registration",
		"URL is where requesters reach what the worker serves (--listen). STAKE, such as 50CRED, is needed for the first time. The slots are those\n"+
			"of the configuration. A worker that is registered has its URL and slots replaced, and is drawn again if it was paused; pools and\n"+
			"capabilities stay as they are where the flags are not given. A worker's account is made, with 1 ucred, if the chain has none.",
		cobra.RangeArgs(1, 2), func(ctx context.Context, o *owner, args []string) error {
			return o.register(ctx, args, pools, capabilities)
		})
	cmd.Flags().StringSliceVar(&pools, "pools", nil, "pools that it joins (default: the chain's default pool, or those it is in)")
	cmd.Flags().StringSliceVar(&capabilities, "capabilities", nil, "capabilities that it declares")
	return cmd
}

func (o *owner) register(ctx context.Context, args, pools, capabilities []string) error {
	w, err := o.find(ctx)
	if err != nil {
		return err
	}
	var msgs []sdk.Msg
	switch {
	case w == nil && len(args) < 2:
		return &cli.Problem{
			What: o.worker + " is not registered yet, and no STAKE was given", Next: "credence-worker register URL STAKE, with a stake such as 50CRED", Exit: cli.ExitUsage,
		}
	case w == nil:
		stake, err := readAmount("STAKE", args[1])
		if err != nil {
			return err
		}
		msgs = append(msgs, &workerstypes.MsgRegister{
			Owner: o.key.Address(), Worker: o.worker, Endpoint: args[0], Slots: uint32(o.Slots), Pools: pools, Stake: stake, Capabilities: capabilities,
		})
	case len(args) == 2:
		return &cli.Problem{What: o.worker + " is registered already: its stake is not set, but added to", Next: "credence-worker stake AMOUNT", Exit: cli.ExitUsage}
	default:
		if pools == nil {
			pools = w.Pools
		}
		if capabilities == nil {
			capabilities = w.Capabilities
		}
		msgs = append(msgs, &workerstypes.MsgUpdate{
			Owner: o.key.Address(), Worker: o.worker, Endpoint: args[0], Slots: uint32(o.Slots), Pools: pools, Capabilities: capabilities,
		})
	}
	// The hot key signs its answers for nothing, but an account it must have.
	if _, err := o.conn.Auth().AccountInfo(ctx, &authv1.QueryAccountInfoRequest{Address: o.worker}); status.Code(err) == codes.NotFound {
		msgs = append(msgs, &banktypes.MsgSend{FromAddress: o.key.Address(), ToAddress: o.worker, Amount: coinsOf(1)})
	}
	if _, err := o.send(ctx, msgs...); err != nil {
		return err
	}
	if w, err = o.find(ctx); err != nil {
		return err
	}
	if w == nil {
		return errors.New("the node does not show the worker yet; ask again: credence-worker status")
	}
	fmt.Fprintf(o.out, "registered: worker %s of %s, pools %v, %d slots, %s of stake\n", o.worker, w.Organisation, w.Pools, w.Slots, cli.FormatCRED(w.Bonded))
	return nil
}

func stakeCommand() *cobra.Command {
	return ownerCommand("stake AMOUNT", "Add stake to the worker", "AMOUNT is such as 10CRED. It leaves the owner's account.",
		cobra.ExactArgs(1), func(ctx context.Context, o *owner, args []string) error {
			amount, err := readAmount("AMOUNT", args[0])
			if err != nil {
				return err
			}
			if _, err := o.send(ctx, &workerstypes.MsgBond{Owner: o.key.Address(), Worker: o.worker, Amount: amount}); err != nil {
				return err
			}
			return o.tellStake(ctx)
		})
}

func unstakeCommand() *cobra.Command {
	return ownerCommand("unstake AMOUNT", "Ask stake of the worker back",
		"AMOUNT is such as 10CRED, or all for what is free. It can be slashed until the chain pays it to the owner, by itself, after the unbonding\n"+
			"time. What is locked for tasks is not free.",
		cobra.ExactArgs(1), func(ctx context.Context, o *owner, args []string) error {
			amount, err := o.readFree(ctx, args[0])
			if err != nil {
				return err
			}
			res, err := o.send(ctx, &workerstypes.MsgUnbond{Owner: o.key.Address(), Worker: o.worker, Amount: amount})
			if err != nil {
				return err
			}
			var due workerstypes.MsgUnbondResponse
			if err := res.Response(0, &due); err != nil {
				return err
			}
			fmt.Fprintf(o.out, "%s are paid to %s at height %d\n", cli.FormatCRED(amount), o.key.Address(), due.Height)
			return o.tellStake(ctx)
		})
}

// readFree reads an amount, or "all" for the free stake.
func (o *owner) readFree(ctx context.Context, text string) (uint64, error) {
	if text != "all" {
		return readAmount("AMOUNT", text)
	}
	w, err := o.find(ctx)
	if err != nil || w == nil {
		return 0, errors.Join(err, fmt.Errorf("%s is not registered as a worker", o.worker))
	}
	free := w.Bonded - min(w.Bonded, w.Locked)
	if free == 0 {
		return 0, &cli.Problem{What: fmt.Sprintf("no stake is free: %s are bonded, and all of it is locked for tasks", cli.FormatCRED(w.Bonded)), Next: "wait until the answers are final"}
	}
	return free, nil
}

func withdrawCommand() *cobra.Command {
	return ownerCommand("withdraw TO AMOUNT", "Send money from the owner's account, where the worker's pay and its returned stake arrive",
		"TO is an account, AMOUNT is such as 10CRED. Stake comes back by unstake, and then by itself.",
		cobra.ExactArgs(2), func(ctx context.Context, o *owner, args []string) error {
			if _, err := client.Addresses().StringToBytes(args[0]); err != nil {
				return &cli.Problem{What: fmt.Sprintf("TO %q: expected an account (%s1...): %v", args[0], client.Bech32Prefix, err), Exit: cli.ExitUsage}
			}
			amount, err := readAmount("AMOUNT", args[1])
			if err != nil {
				return err
			}
			if _, err := o.send(ctx, &banktypes.MsgSend{FromAddress: o.key.Address(), ToAddress: args[0], Amount: coinsOf(amount)}); err != nil {
				return err
			}
			left, err := o.conn.Balance(ctx, o.key.Address())
			if err != nil {
				return err
			}
			fmt.Fprintf(o.out, "sent %s to %s; %s are left\n", cli.FormatCRED(amount), args[0], cli.FormatCRED(left))
			return nil
		})
}

// tellStake prints the worker's stake.
func (o *owner) tellStake(ctx context.Context) error {
	w, err := o.find(ctx)
	if err != nil || w == nil {
		return err
	}
	fmt.Fprintf(o.out, "stake: %s bonded, %s of it locked; %s on the way back\n", cli.FormatCRED(w.Bonded), cli.FormatCRED(w.Locked), cli.FormatCRED(w.Unbonding))
	return nil
}

// readAmount reads an amount of more than nothing.
func readAmount(name, text string) (uint64, error) {
	amount, err := cli.ParseCRED(text)
	if err == nil && amount == 0 {
		err = errors.New("expected more than 0")
	}
	if err != nil {
		return 0, &cli.Problem{What: fmt.Sprintf("%s: %v", name, err), Exit: cli.ExitUsage}
	}
	return amount, nil
}

func coinsOf(ucred uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(client.Denom, math.NewIntFromUint64(ucred)))
}
