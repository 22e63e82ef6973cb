package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Make or show the hot key"}
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
		&cobra.Command{
			Use: "show FILE", Short: "Print the address of a key file", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				key, err := client.LoadKey(args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), key.Address())
				return nil
			},
		})
	return cmd
}
