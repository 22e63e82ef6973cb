package cmd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
)

func testnetCmd(a *app.App) *cobra.Command {
	cmd := &cobra.Command{Use: "testnet", Short: "Networks on one machine", RunE: client.ValidateCmd}
	cmd.AddCommand(initFilesCmd(a))
	return cmd
}

// portsPerNode is the distance between the first ports of two nodes.
const portsPerNode = 10

func initFilesCmd(a *app.App) *cobra.Command {
	var (
		t     setup.Testnet
		count int
		port  int
		pool  publicPoolFlags
		bare  bool
	)
	cmd := &cobra.Command{
		Use:   "init-files",
		Short: "Write the files of a network of validators on this machine",
		Long: `Write the files of a network of validators on this machine: one folder a node, each with its keys, configuration
and the common genesis file. Each is started with "credenced start --home DIR/nodeN". The key "operator" in a node's
keyring (backend test) is the operator of its seat; config/court.key answers for it in courts. The council has a public pool, so that workers and requesters meet
without an operator's.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if count < 1 {
				return fmt.Errorf("--validators %d: expected at least 1", count)
			}
			if _, err := os.Stat(t.Dir); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("--output-dir %s is there already: choose another, or remove it", t.Dir)
			}
			t.Defaults = a.DefaultGenesis()
			public, err := pool.readPool()
			if err != nil {
				return err
			}
			if !bare {
				t.Edit = func(s genesis.State, cdc codec.Codec) error { return genesis.AddPublicPool(s, cdc, t.ChainID, public) }
			}
			for i := range count {
				t.Ports = append(t.Ports, setup.PortsFrom(port+i*portsPerNode))
			}
			nodes, err := t.Write()
			if err != nil {
				return err
			}
			for _, n := range nodes {
				fmt.Fprintf(cmd.OutOrStdout(), "credenced start --home %s   # RPC tcp://127.0.0.1:%d, gRPC 127.0.0.1:%d, REST http://127.0.0.1:%d\n",
					n.Home, n.Ports.RPC, n.Ports.GRPC, n.Ports.API)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&count, "validators", 4, "number of validators")
	cmd.Flags().StringVar(&t.Dir, "output-dir", "./testnet", "folder to write to; it must not exist")
	cmd.Flags().StringVar(&t.ChainID, flags.FlagChainID, "credence-testnet", "the chain's name")
	cmd.Flags().IntVar(&port, "starting-port", 26600, fmt.Sprintf("first port of the first node; the next node's are %d higher", portsPerNode))
	cmd.Flags().DurationVar(&t.BlockTime, "block-time", time.Second, "time between blocks")
	cmd.Flags().DurationVar(&t.VotingPeriod, "voting-period", time.Minute, "how long the council votes")
	cmd.Flags().Int64Var(&t.Funds, "funds", 1_000_000_000_000, "coins of each operator, in ucred")
	pool.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&bare, "no-pool", false, "make no public pool")
	return cmd
}
