package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
)

// configFiles are the names of the node's configuration files, without ".toml".
var configFiles = []string{"app", "client", "config"}

// configCmd shows and changes configuration files.
func configCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show and change the node's configuration files", RunE: client.ValidateCmd}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "home",
			Short: "Print the node's folder",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), client.GetClientContextFromCmd(cmd).HomeDir)
				return err
			},
		},
		&cobra.Command{
			Use:       "show app|client|config",
			Short:     "Print a configuration file",
			Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
			ValidArgs: configFiles,
			RunE: func(cmd *cobra.Command, args []string) error {
				bz, err := os.ReadFile(configPath(cmd, args[0]))
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(bz)
				return err
			},
		},
		&cobra.Command{
			Use:     "set app|client|config KEY VALUE",
			Short:   "Change one value of a configuration file",
			Example: "credenced config set config consensus.timeout_commit 500ms",
			Args:    cobra.ExactArgs(3),
			RunE: func(cmd *cobra.Command, args []string) error {
				if !slices.Contains(configFiles, args[0]) {
					return fmt.Errorf("file %q: expected one of %s", args[0], strings.Join(configFiles, ", "))
				}
				path := configPath(cmd, args[0])
				bz, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				changed, err := setTOML(string(bz), args[1], args[2])
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				return os.WriteFile(path, []byte(changed), 0o600)
			},
		},
	)
	return cmd
}

func configPath(cmd *cobra.Command, name string) string {
	return filepath.Join(client.GetClientContextFromCmd(cmd).HomeDir, "config", name+".toml")
}

// setTOML sets the value of an existing key, given as "section.key" or "key", and keeps the rest of the text, including comments. If the
// old value is quoted, the new one is quoted too.
func setTOML(text, key, value string) (string, error) {
	section, name := "", key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		section, name = key[:i], key[i+1:]
	}
	lines := strings.Split(text, "\n")
	current := ""
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") && strings.HasSuffix(trimmed, "]") && !strings.Contains(trimmed, "=") {
			current = strings.Trim(trimmed, "[] ")
			continue
		}
		k, old, found := strings.Cut(trimmed, "=")
		if !found || current != section || strings.TrimSpace(k) != name {
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(old), `"`) {
			value = fmt.Sprintf("%q", value)
		}
		lines[i] = name + " = " + value
		return strings.Join(lines, "\n"), nil
	}
	return "", fmt.Errorf("no key %q", key)
}
