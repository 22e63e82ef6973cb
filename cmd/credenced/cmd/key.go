package cmd

import (
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/cmd/internal/key"
)

// keyCmd returns the commands on key files. Keys of accounts in the keyring are below "keys".
func keyCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Encrypt and decrypt key files", RunE: client.ValidateCmd}
	cmd.AddCommand(key.Commands(func(plain []byte) error {
		_, err := setup.ParseConsensusKey(plain)
		return err
	})...)
	return cmd
}
