package cmd

import (
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/cmd/internal/key"
)

// keyCmd returns the commands on key files. Keys of accounts in the keyring are below "keys".
func keyCmd() *cobra.Command {
	cmd := key.NewCommand(func(plain []byte) error {
		_, err := setup.ParseConsensusKey(plain)
		return err
	})
	cmd.RunE = client.ValidateCmd
	return cmd
}
