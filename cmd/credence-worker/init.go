package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/worker/agent"
)

// initCommand returns the command that makes what a worker needs before its first start. What is there already is left alone, so that it
// can be repeated.
func initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "init", Short: "Make the home folder, the hot key, the secret and the configuration, and say what comes next", Args: cobra.NoArgs,
		Long: "Make the home folder with the hot key, the secret and config.toml, which has the settings of this command line and of the\n" +
			"environment, and a comment for each. What is there already is left alone.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			return initHome(cmd, c)
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

func initHome(cmd *cobra.Command, c config) error {
	out := cmd.OutOrStdout()
	for _, folder := range []string{c.Home, c.pathOf("logs")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("home: %w", err)
		}
	}
	key, err := client.UnlockKey(c.KeyFile, c.Passphrase)
	said := "there already"
	if errors.Is(err, fs.ErrNotExist) {
		if key, err = client.GenerateKey(); err == nil {
			said, err = "made", client.SaveKey(c.KeyFile, key)
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "key      %s, %s: %s\n", c.KeyFile, said, key.Address())
	if _, err := agent.LoadSecret(c.pathOf("secret")); err != nil {
		return err
	}
	fmt.Fprintf(out, "secret   %s: back it up once, it never changes\n", c.pathOf("secret"))
	path := c.pathOf("config.toml")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		fmt.Fprintf(out, "config   %s, there already\n", path)
	case err != nil:
		return fmt.Errorf("config file: %w", err)
	default:
		_, err = file.WriteString(c.formatTOML(cmd.Flags()))
		if err = errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("config file: %w", err)
		}
		fmt.Fprintf(out, "config   %s, made\n", path)
	}
	home := ""
	if c.Home != defaultHome() {
		home = " --home " + cli.ShellQuote(c.Home)
	}
	if c.Role == roleCourt {
		fmt.Fprintf(out, "\nNext: the seat names this key: credenced tx poa rotate-court-key; then credence-worker start%s\n", home)
		return nil
	}
	fmt.Fprintf(out, "\nNext, with the key of an account of your organisation that owns the stake:\n"+
		"  credence-worker register http://YOUR_HOST:7100 STAKE --owner-key-file FILE%[1]s\n"+
		"  credence-worker start%[1]s\n", home)
	return nil
}
