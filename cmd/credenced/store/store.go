// Package store has the command that serves an artifact store.
package store

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/artifact/registry"
	"github.com/credence-chain/credence/internal/cli"
)

const accountsFile = "accounts.json"

// Command returns the command "store" with its subcommands.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "An artifact store: an OCI registry with a quota for each organisation",
		Long: `An artifact store keeps apps, datasets and inputs for workers to fetch. It is an OCI registry: any other one does as
well, by its URL, and what is in one is copied to another by the usual tools (crane, oras, skopeo). Everybody may read;
an organisation with an account writes, within its quota, into the repositories that begin with its name.`,
		// this command neither reads nor writes a node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("home", defaultHome(), "folder of the store")
	cmd.AddCommand(serveCmd(), accountCmd())
	return cmd
}

func defaultHome() string {
	if home := os.Getenv("CREDENCED_STORE_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".credence-store")
}

func homeOf(cmd *cobra.Command) string { return cmd.Flag("home").Value.String() }

func accountCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "account", Short: "The organisations that may write", RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var quota string
	set := &cobra.Command{
		Use: "set ORGANISATION", Short: "Give an organisation an account, or a new secret, and print the secret once",
		Long: `Give an organisation an account, or a new secret and quota to one that has an account, and print the secret, which is
kept nowhere. A store that runs takes it up within seconds. The organisation logs in with its name and the secret, as with
"docker login", or gives both to credenced as --store-token ORGANISATION:SECRET.`,
		Example: "credenced store account set amber --quota 50GiB",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			bytes, err := parseSize("quota", quota)
			if err != nil {
				return err
			}
			path := filepath.Join(homeOf(cmd), accountsFile)
			list, err := registry.LoadAccounts(path)
			if err != nil {
				return err
			}
			secret, err := list.Set(args[0], bytes)
			if err != nil {
				return err
			}
			if err := list.Save(path); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret)
			return nil
		},
	}
	set.Flags().StringVar(&quota, "quota", "0", "bytes that it may hold, such as 50GiB; 0 for the store's default")
	remove := &cobra.Command{
		Use: "remove ORGANISATION", Short: "Take an account away; what the organisation holds stays", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := filepath.Join(homeOf(cmd), accountsFile)
			list, err := registry.LoadAccounts(path)
			if err != nil {
				return err
			}
			if !list.Remove(args[0]) {
				return fmt.Errorf("%s has no account in %s", args[0], path)
			}
			return list.Save(path)
		},
	}
	list := &cobra.Command{
		Use: "list", Short: "List the accounts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := registry.LoadAccounts(filepath.Join(homeOf(cmd), accountsFile))
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "ORGANISATION\tQUOTA")
			for _, a := range list {
				quota := "the default"
				if a.Quota > 0 {
					quota = cli.FormatBytes(uint64(a.Quota))
				}
				fmt.Fprintf(t, "%s\t%s\n", a.Organisation, quota)
			}
			return t.Flush()
		},
	}
	cmd.AddCommand(set, remove, list)
	return cmd
}

// parseSize reads a number of bytes from a flag.
func parseSize(flag, text string) (int64, error) {
	if text == "0" {
		return 0, nil
	}
	n, err := cli.ParseBytes(text)
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", flag, err)
	}
	if n > 1<<62 {
		return 0, fmt.Errorf("--%s %s: more than there can be", flag, text)
	}
	return int64(n), nil
}
