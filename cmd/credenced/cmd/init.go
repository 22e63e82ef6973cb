package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
)

// initCmd writes a node's keys and configuration, and a genesis file that other commands then fill.
func initCmd(a *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init MONIKER",
		Short: "Write a node's keys and configuration, and a genesis file to fill",
		Long: `Write a node's keys and configuration, and a genesis file to fill. The node listens on 127.0.0.1 alone: this is for one
machine. For a network over several see "credenced network".`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			home := client.GetClientContextFromCmd(cmd).HomeDir
			chainID, err := cmd.Flags().GetString(flags.FlagChainID)
			if err != nil {
				return err
			}
			path := filepath.Join(home, "config", "genesis.json")
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%s is there already: choose another --home, or remove the file", path)
			}
			state := genesis.State(a.DefaultGenesis())
			if err := genesis.SetDefaults(state, a.Encoding.Codec); err != nil {
				return err
			}
			doc, err := setup.NewGenesis(chainID, time.Now().UTC(), state)
			if err != nil {
				return err
			}
			node := setup.Node{Home: home, Moniker: args[0], ChainID: chainID, Ports: setup.Ports{P2P: 26656, RPC: 26657, GRPC: 9090, API: 1317, Prometheus: 26660}}
			keys, err := node.MakeKeys()
			if err != nil {
				return err
			}
			if err := node.WriteConfig(); err != nil {
				return err
			}
			if err := doc.SaveAs(path); err != nil {
				return err
			}
			return printKeys(cmd, node.Moniker, keys)
		},
	}
	cmd.Flags().String(flags.FlagChainID, "credence-1", "the chain's name")
	return cmd
}

// printKeys prints the public keys and the id of a node, which others need.
func printKeys(cmd *cobra.Command, moniker string, k setup.Keys) error {
	bz, err := json.MarshalIndent(struct {
		Moniker    string `json:"moniker,omitempty"`
		NodeID     string `json:"node_id"`
		Consensus  []byte `json:"consensus_pubkey"`
		Beacon     []byte `json:"beacon_pubkey"`
		Possession []byte `json:"beacon_possession"`
		Court      string `json:"court"`
	}{moniker, k.NodeID, k.Consensus, k.Beacon, k.Possession, k.Court}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), string(bz))
	return err
}

// beaconKeyCmd returns the commands about the public keys that make up a seat.
func beaconKeyCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "beacon-key", Short: "The key that signs beacon proofs", RunE: client.ValidateCmd}
	var passphraseFile string
	show := &cobra.Command{
		Use:   "show",
		Short: "Show the node's public keys and the proof of possession; make the keys that are missing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			keys, err := setup.Node{Home: client.GetClientContextFromCmd(cmd).HomeDir, Passphrase: keyfile.NewSource(passphraseFile)}.MakeKeys()
			if err != nil {
				return err
			}
			return printKeys(cmd, "", keys)
		},
	}
	show.Flags().StringVar(&passphraseFile, keyfile.Flag, "", keyfile.Usage)
	cmd.AddCommand(show)
	return cmd
}
