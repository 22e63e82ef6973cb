package cmd

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// This file has the commands that fill and check a genesis file by hand: for a chain whose founders trust one person to write the file, and
// for tests. Founders who do not trust one person use "network" instead (package ceremony). Each command calls one function of package
// genesis, which changes the application state inside the genesis file of the node's home and checks the result. The file genesis_pool.go
// adds the council's pool.

// genesisCmd returns the command "genesis".
func genesisCmd(a *app.App, n node) *cobra.Command {
	cmd := &cobra.Command{Use: "genesis", Short: "Fill and check the genesis file", RunE: client.ValidateCmd}
	export := server.ExportCmd(n.exportApp, app.DefaultHome)
	export.Short = "Write the chain's state as the genesis of a new chain"
	cmd.AddCommand(addAccountCmd(a), addOrganisationCmd(a), addSeatCmd(a), addPublicPoolCmd(a), validateCmd(a), export)
	return cmd
}

func genesisFile(cmd *cobra.Command) string {
	return filepath.Join(client.GetClientContextFromCmd(cmd).HomeDir, "config", "genesis.json")
}

func addAccountCmd(a *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "add-account ADDRESS|KEY COINS",
		Short:   "Add an account with coins",
		Example: "credenced genesis add-account alice 1000000000ucred --keyring-backend test",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			addr, err := addressOf(cmd, args[0])
			if err != nil {
				return err
			}
			coins, err := sdk.ParseCoinsNormalized(args[1])
			if err != nil {
				return fmt.Errorf("coins %q: %w (expected, for instance, 1000000%s)", args[1], err, encoding.BaseDenom)
			}
			return setup.EditFile(genesisFile(cmd), func(s genesis.State) error {
				return genesis.AddAccount(s, a.Encoding.Codec, addr, coins)
			})
		},
	}
	addKeyringFlag(cmd)
	return cmd
}

func addOrganisationCmd(a *app.App) *cobra.Command {
	var name string
	var admins, members, roles []string
	cmd := &cobra.Command{
		Use:     "add-organisation ID",
		Short:   "Admit an organisation",
		Example: "credenced genesis add-organisation acme --name 'ACME Ltd' --admin alice --member bob --roles worker,provider",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			org := orgstypes.Organisation{Id: args[0], Name: name}
			if org.Name == "" {
				org.Name = org.Id
			}
			var err error
			if org.Admins, err = addressesOf(cmd, admins); err != nil {
				return err
			}
			if org.Members, err = addressesOf(cmd, members); err != nil {
				return err
			}
			for _, word := range roles {
				role, err := orgstypes.ParseRole(word)
				if err != nil {
					return err
				}
				org.Roles = append(org.Roles, role)
			}
			return setup.EditFile(genesisFile(cmd), func(s genesis.State) error {
				return genesis.AddOrganisation(s, a.Encoding.Codec, org)
			})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "the name people read (default: the id)")
	cmd.Flags().StringSliceVar(&admins, "admin", nil, "account or key that may change the members; repeatable")
	cmd.Flags().StringSliceVar(&members, "member", nil, "account or key that acts for the organisation; repeatable")
	cmd.Flags().StringSliceVar(&roles, "roles", nil, "what it may do: validator, worker, provider, requester, pool-operator")
	_ = cmd.MarkFlagRequired("admin")
	addKeyringFlag(cmd)
	return cmd
}

func addSeatCmd(a *app.App) *cobra.Command {
	var consensus, beacon, possession, court string
	cmd := &cobra.Command{
		Use:   "add-seat ORG OPERATOR",
		Short: "Give an organisation its seat in the validator set",
		Long: `Give an organisation its seat in the validator set. The keys are those of this node (--home), unless all four
are given: another node's "credenced beacon-key show" prints them.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			operator, err := addressOf(cmd, args[1])
			if err != nil {
				return err
			}
			keys, err := seatKeys(cmd, consensus, beacon, possession, court)
			if err != nil {
				return err
			}
			return setup.EditFile(genesisFile(cmd), func(s genesis.State) error {
				return genesis.AddSeat(s, a.Encoding.Codec, poatypes.Seat{
					OrgId: args[0], Operator: operator.String(), Court: keys.Court, Power: poatypes.DefaultPower,
					ConsensusPubkey: keys.Consensus, BeaconPubkey: keys.Beacon, BeaconPossession: keys.Possession,
				})
			})
		},
	}
	cmd.Flags().StringVar(&consensus, "consensus-pubkey", "", "consensus key, base64")
	cmd.Flags().StringVar(&beacon, "beacon-pubkey", "", "beacon key, base64")
	cmd.Flags().StringVar(&possession, "beacon-possession", "", "proof of possession of the beacon key, base64")
	cmd.Flags().StringVar(&court, "court", "", "account that answers in courts, and can send nothing else")
	cmd.MarkFlagsRequiredTogether("consensus-pubkey", "beacon-pubkey", "beacon-possession", "court")
	addKeyringFlag(cmd)
	return cmd
}

func seatKeys(cmd *cobra.Command, consensus, beacon, possession, court string) (keys setup.Keys, err error) {
	keys.Court = court
	if consensus == "" {
		return setup.Node{Home: client.GetClientContextFromCmd(cmd).HomeDir}.MakeKeys()
	}
	if keys.Consensus, err = base64.StdEncoding.DecodeString(consensus); err != nil {
		return keys, fmt.Errorf("--consensus-pubkey: %w", err)
	}
	if keys.Beacon, err = base64.StdEncoding.DecodeString(beacon); err != nil {
		return keys, fmt.Errorf("--beacon-pubkey: %w", err)
	}
	if keys.Possession, err = base64.StdEncoding.DecodeString(possession); err != nil {
		return keys, fmt.Errorf("--beacon-possession: %w", err)
	}
	return keys, nil
}

func validateCmd(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use:   "validate [FILE]",
		Short: "Check a genesis file, by default this node's",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := genesisFile(cmd)
			if len(args) == 1 {
				path = args[0]
			}
			doc, err := genutiltypes.AppGenesisFromFile(path)
			if err != nil {
				return fmt.Errorf("genesis file %s: %w", path, err)
			}
			if err := doc.ValidateAndComplete(); err != nil {
				return fmt.Errorf("genesis file %s: %w", path, err)
			}
			state, err := setup.StateOf(doc)
			if err != nil {
				return err
			}
			if err := a.BasicManager.ValidateGenesis(a.Encoding.Codec, a.Encoding.TxConfig, state); err != nil {
				return fmt.Errorf("genesis file %s: %w", path, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is valid\n", path)
			return err
		},
	}
}

func addKeyringFlag(cmd *cobra.Command) {
	cmd.Flags().String(flags.FlagKeyringBackend, keyring.BackendTest, "where named keys are looked up (os|file|test)")
}

// addressOf returns the account that a text names: an address, or the name of a key in the node's keyring.
func addressOf(cmd *cobra.Command, text string) (sdk.AccAddress, error) {
	if strings.HasPrefix(text, encoding.AddressPrefix+"1") {
		addr, err := encoding.Addresses().StringToBytes(text)
		if err != nil {
			return nil, fmt.Errorf("address %q: %w", text, err)
		}
		return addr, nil
	}
	ctx := client.GetClientContextFromCmd(cmd)
	backend, err := cmd.Flags().GetString(flags.FlagKeyringBackend)
	if err != nil {
		return nil, err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), backend, ctx.HomeDir, cmd.InOrStdin(), ctx.Codec)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	record, err := ring.Key(text)
	if err != nil {
		return nil, fmt.Errorf("%q is neither an address (%s1...) nor a key in the keyring %s: %w", text, encoding.AddressPrefix, backend, err)
	}
	return record.GetAddress()
}

// addressesOf returns addressOf of each text, as addresses in text form.
func addressesOf(cmd *cobra.Command, list []string) (out []string, err error) {
	for _, text := range list {
		addr, err := addressOf(cmd, text)
		if err != nil {
			return nil, err
		}
		out = append(out, addr.String())
	}
	return out, nil
}
