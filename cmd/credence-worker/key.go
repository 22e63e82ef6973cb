package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	keycmd "github.com/credence-chain/credence/cmd/internal/key"
	"github.com/credence-chain/credence/internal/keyfile"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Make, show or encrypt the hot key"}
	cmd.AddCommand(
		&cobra.Command{
			Use: "new FILE", Short: "Make a key file and print its address; an existing file is left alone", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				key, err := client.GenerateKey()
				if err != nil {
					return err
				}
				if err := client.SaveKey(args[0], key); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), key.Address())
				return nil
			},
		},
		showCommand(),
		importCommand())
	cmd.AddCommand(keycmd.Commands()...)
	return cmd
}

func showCommand() *cobra.Command {
	var passphraseFile string
	cmd := &cobra.Command{
		Use: "show FILE", Short: "Print the address of a key file", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := client.UnlockKey(args[0], keyfile.NewSource(passphraseFile))
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), key.Address())
			return nil
		},
	}
	cmd.Flags().StringVar(&passphraseFile, keyfile.Flag, "", keyfile.Usage)
	return cmd
}

// importCommand returns the command for containers: there a key is mounted as a secret file that others than its owner can read.
func importCommand() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use: "import FILE --from SECRET", Short: "Copy a key into a key file; one that has this key already is left alone", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(from)
			if err != nil {
				return fmt.Errorf("--from: %w", err)
			}
			key, err := client.ParseKey(string(text))
			if err != nil {
				return fmt.Errorf("--from %s: %w", from, err)
			}
			if there, err := client.LoadKey(args[0]); err == nil && there.Address() == key.Address() {
				fmt.Fprintln(cmd.OutOrStdout(), key.Address())
				return nil
			}
			if err := client.SaveKey(args[0], key); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), key.Address())
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "file with the key in hex")
	_ = cmd.MarkFlagRequired("from")
	return cmd
}
