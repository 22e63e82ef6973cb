package cmd

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

const flagNoWait = "no-wait"

// inclusionTimeout is how long the command waits for a block with its transaction; askInclusion is the pause between two queries for it.
const (
	inclusionTimeout = time.Minute
	askInclusion     = 200 * time.Millisecond
)

// awaitTransactions makes every command below tx that sends a transaction wait for its block, and report the outcome in words and by the
// exit status. The SDK's own commands end as soon as a node has answered, and end with success even if the node refused the transaction.
func awaitTransactions(root *cobra.Command) {
	tx, _, err := root.Find([]string{"tx"})
	if err != nil {
		panic(err)
	}
	awaitBelow(tx)
}

func awaitBelow(cmd *cobra.Command) {
	if cmd.Flags().Lookup(flags.FlagBroadcastMode) != nil && cmd.RunE != nil {
		cmd.Flags().Bool(flagNoWait, false, "end when a node has taken the transaction, without waiting for its block")
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return sendAndWait(cmd, args, run) }
	}
	for _, sub := range cmd.Commands() {
		awaitBelow(sub)
	}
}

// sendAndWait runs a command of the SDK's. It holds back the node's answer to the transaction, which is not the outcome yet, waits for the
// block, and prints the outcome.
func sendAndWait(cmd *cobra.Command, args []string, run func(*cobra.Command, []string) error) error {
	ctx := client.GetClientContextFromCmd(cmd)
	caught := &catcher{out: cmd.OutOrStdout(), codec: ctx.Codec}
	cmd.SetOut(caught)
	defer cmd.SetOut(caught.out)
	if err := client.SetCmdClientContext(cmd, ctx.WithOutput(caught)); err != nil {
		return err
	}
	if err := run(cmd, args); err != nil || caught.res == nil {
		return cli.Explain(err)
	}
	end := txEnd{out: caught.out}
	if f := cmd.Flags().Lookup(flags.FlagOutput); f != nil {
		end.json = f.Changed && f.Value.String() == flags.OutputFormatJSON
	}
	noWait, _ := cmd.Flags().GetBool(flagNoWait)
	if noWait || caught.res.Code != 0 {
		return end.printEnd(ctx, caught.res, false)
	}
	ctx, err := client.GetClientQueryContext(cmd)
	if err != nil {
		return err
	}
	waiting, stop := cli.WatchContext(cmd)
	defer stop()
	find := func(hash string) (*sdk.TxResponse, error) { return authtx.QueryTx(ctx.WithCmdContext(waiting), hash) }
	res, err := awaitInclusion(waiting, caught.res.TxHash, find, inclusionTimeout)
	if err != nil {
		return cli.Stopped(waiting, err, "")
	}
	return end.printEnd(ctx, res, true)
}

// awaitInclusion asks until the transaction is in a block.
func awaitInclusion(ctx context.Context, hash string, find func(string) (*sdk.TxResponse, error), timeout time.Duration) (*sdk.TxResponse, error) {
	deadline, pauses := time.Now().Add(timeout), backoff.Steady(askInclusion)
	var last error
	for {
		res, err := find(hash)
		if err == nil {
			return res, nil
		}
		if !strings.Contains(err.Error(), "not found") {
			last = err // a node that restarts does not answer, but the transaction may be in a block all the same
		}
		if time.Now().After(deadline) {
			what := fmt.Sprintf("transaction %s was taken by the node and is in no block after %s", hash, timeout)
			if last != nil {
				what += ": " + last.Error()
			}
			return nil, &cli.Problem{What: what, Next: "it may still come: credenced query wait-tx " + hash, Exit: cli.ExitStalled, Err: last}
		}
		if pauses.Wait(ctx) != nil {
			return nil, &credence.HashError{Hash: hash, Err: context.Cause(ctx)}
		}
	}
}

// txEnd is the outcome of a transaction, as it is printed.
type txEnd struct {
	out  io.Writer
	json bool
}

func (e txEnd) printEnd(ctx client.Context, res *sdk.TxResponse, included bool) error {
	if e.json {
		text, err := ctx.Codec.MarshalJSON(res)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, string(text))
	}
	if res.Code != 0 {
		return cli.Explain(&credence.TxError{Codespace: res.Codespace, Code: res.Code, Log: res.RawLog, Hash: res.TxHash, Height: res.Height})
	}
	switch {
	case e.json:
	case !included:
		fmt.Fprintf(e.out, "sent: transaction %s\nIt is in force when a block has it: credenced query wait-tx %[1]s\n", res.TxHash)
	default:
		fmt.Fprintf(e.out, "done at height %d: transaction %s, gas %d of %d\n", res.Height, res.TxHash, res.GasUsed, res.GasWanted)
		for _, line := range answersOf(ctx, res.Data) {
			fmt.Fprintln(e.out, "  "+line)
		}
	}
	return nil
}

// answersOf returns the fields of the answers to a transaction's messages, for example a new id.
func answersOf(ctx client.Context, data string) (out []string) {
	raw, err := hex.DecodeString(data)
	if err != nil {
		return nil
	}
	var msgs sdk.TxMsgData
	if err := proto.Unmarshal(raw, &msgs); err != nil {
		return nil
	}
	for _, answer := range msgs.MsgResponses {
		out = append(out, fieldLines(readAnswer(ctx, answer))...)
	}
	return out
}

// readAnswer returns the fields of an answer by their names; none when this program does not know the type of the message.
func readAnswer(ctx client.Context, answer *codectypes.Any) (fields map[string]any) {
	msg, err := ctx.InterfaceRegistry.Resolve(answer.TypeUrl)
	if err != nil || proto.Unmarshal(answer.Value, msg) != nil {
		return nil
	}
	text, err := ctx.Codec.MarshalJSON(msg)
	if err != nil || json.Unmarshal(text, &fields) != nil {
		return nil
	}
	return fields
}

// fieldLines returns a line for each field that is not empty, ordered by name.
func fieldLines(fields map[string]any) (lines []string) {
	for name, value := range fields {
		if said := fmt.Sprint(value); value != nil && said != "" && said != "[]" && said != "map[]" {
			lines = append(lines, printable.Line(name+": "+said))
		}
	}
	slices.Sort(lines)
	return lines
}

// catcher is a writer that passes everything on except a node's answer to a transaction and the line end after it.
type catcher struct {
	out   io.Writer
	codec codec.Codec
	res   *sdk.TxResponse
}

// Write implements io.Writer: the SDK writes an answer in one piece.
func (c *catcher) Write(p []byte) (int, error) {
	if c.res != nil && string(p) == "\n" {
		return len(p), nil
	}
	if text, err := yaml.YAMLToJSON(p); err == nil { // JSON is YAML
		var res sdk.TxResponse
		if c.codec.UnmarshalJSON(text, &res) == nil && res.TxHash != "" {
			c.res = &res
			return len(p), nil
		}
	}
	return c.out.Write(p)
}
