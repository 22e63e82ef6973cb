package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// txContext returns a context with the codecs and without a node.
func txContext() sdkclient.Context {
	e := encoding.New()
	return sdkclient.Context{}.WithCodec(e.Codec).WithInterfaceRegistry(e.InterfaceRegistry).WithTxConfig(e.TxConfig)
}

// send runs a command that prints a node's response as the SDK does, in the format of its flags.
func send(t *testing.T, res *sdk.TxResponse, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := &cobra.Command{Use: "send", SilenceErrors: true, SilenceUsage: true, RunE: func(cmd *cobra.Command, args []string) error {
		format, _ := cmd.Flags().GetString("output")
		ctx := sdkclient.GetClientContextFromCmd(cmd).WithOutput(cmd.OutOrStdout()).WithOutputFormat(format)
		if err := ctx.PrintRaw([]byte(`{"body":{"memo":"confirm this"}}`)); err != nil {
			return err
		}
		return ctx.PrintProto(res)
	}}
	cmd.Flags().StringP("output", "o", "json", "")
	cmd.Flags().String("broadcast-mode", "sync", "")
	awaitBelow(cmd)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	ctx := txContext()
	cmd.SetContext(context.WithValue(context.Background(), sdkclient.ClientContextKey, &ctx))
	cmd.SetArgs(append([]string{"--no-wait"}, args...))
	err := cmd.Execute()
	return out.String(), err
}

// A transaction that the node refuses is an error in words. Other output stays. The SDK's list of thirteen mostly empty fields is not
// printed as text.
func TestARefusedTransactionIsAnError(t *testing.T) {
	refused := &sdk.TxResponse{TxHash: "AB12", Codespace: "sdk", Code: 13, RawLog: "insufficient fees; got: , required: 5ucred"}
	for _, format := range []string{"json", "text"} {
		out, err := send(t, refused, "--output", format)
		require.Equal(t, cli.ExitRefused, cli.ExitStatus(err))
		require.ErrorContains(t, err, "insufficient fees")
		require.ErrorContains(t, err, "AB12")
		require.Contains(t, out, "confirm this")
		if format == "json" {
			require.Contains(t, out, `"code":13`)
		} else {
			require.NotContains(t, out, "raw_log")
		}
	}
	out, err := send(t, refused)
	require.Error(t, err)
	require.NotContains(t, out, "codespace", "json only where it was asked for")
	_, err = send(t, &sdk.TxResponse{TxHash: "AB12", Codespace: "sdk", Code: 5, RawLog: "insufficient funds"})
	require.Equal(t, cli.ExitUnfunded, cli.ExitStatus(err))

	out, err = send(t, &sdk.TxResponse{TxHash: "AB12"})
	require.NoError(t, err)
	require.Contains(t, out, "sent: transaction AB12")
	require.Contains(t, out, "credenced query wait-tx AB12")
}

// The command tells how the transaction ended in its block: its responses, or why it failed.
func TestTheEndOfATransaction(t *testing.T) {
	answer, err := (&sdk.TxMsgData{}).Marshal()
	require.NoError(t, err)
	require.Empty(t, answersOf(txContext(), fmt.Sprintf("%x", answer)))
	packed, err := codectypes.NewAnyWithValue(&markettypes.MsgSubmitTaskResponse{Id: "abcd"})
	require.NoError(t, err)
	data := sdk.TxMsgData{}
	data.MsgResponses = append(data.MsgResponses, packed)
	raw, err := data.Marshal()
	require.NoError(t, err)

	var out bytes.Buffer
	res := &sdk.TxResponse{TxHash: "AB12", Height: 7, GasUsed: 5, GasWanted: 9, Data: fmt.Sprintf("%X", raw)}
	require.NoError(t, txEnd{out: &out}.printEnd(txContext(), res, true))
	require.Equal(t, "done at height 7: transaction AB12, gas 5 of 9\n  id: abcd\n", out.String())
	res.Code, res.Codespace, res.RawLog = 11, "sdk", "out of gas"
	err = txEnd{out: &out}.printEnd(txContext(), res, true)
	require.Equal(t, cli.ExitRefused, cli.ExitStatus(err))
}

func TestAwaitInclusion(t *testing.T) {
	asked := 0
	res, err := awaitInclusion(t.Context(), "AB", func(string) (*sdk.TxResponse, error) {
		if asked++; asked < 3 {
			return nil, errors.New("tx (AB) not found")
		}
		return &sdk.TxResponse{TxHash: "AB"}, nil
	}, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "AB", res.TxHash)

	never := func(string) (*sdk.TxResponse, error) { return nil, errors.New("tx (AB) not found") }
	_, err = awaitInclusion(t.Context(), "AB", never, time.Nanosecond)
	require.Equal(t, cli.ExitStalled, cli.ExitStatus(err))
	require.ErrorContains(t, err, "credenced query wait-tx AB")

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cli.ErrInterrupted)
	_, err = awaitInclusion(ctx, "AB", never, time.Minute)
	err = cli.Stopped(ctx, err, "")
	require.Equal(t, cli.ExitInterrupted, cli.ExitStatus(err))
	require.ErrorContains(t, err, "whether transaction AB came into a block is not known")
	require.ErrorContains(t, err, "credenced show tx AB")
}

// The error of a command that was stopped says so, with the next step. A command that failed by itself keeps its error.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	plain := errors.New("x")
	require.Equal(t, plain, cli.Stopped(ctx, plain, "again"))
	cancel(cli.ErrTerminated)
	err := cli.Stopped(ctx, fmt.Errorf("x: %w", context.Canceled), "again")
	require.Equal(t, cli.ExitTerminated, cli.ExitStatus(err))
	require.ErrorContains(t, err, "again")
	left := &client.Interrupted{Request: "ab", Err: cli.ErrTerminated}
	require.Equal(t, error(left), cli.Stopped(ctx, left, "again"))
	require.NoError(t, cli.Stopped(ctx, nil, "again"))
	var out bytes.Buffer
	cli.TellError(&out, left)
	require.NotContains(t, out.String(), "Error")
}
