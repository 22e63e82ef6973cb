package cmd

import (
	"crypto/rand"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// seatKeysCmd prints the keys of a seat, with their proofs: for a new seat, or for a seat that rotates its keys.
func seatKeysCmd(a *app.App) *cobra.Command {
	var next bool
	var passphraseFile string
	cmd := &cobra.Command{
		Use:   "seat-keys ORG",
		Short: "Print this node's keys, with the proofs that they are held for an organisation's seat",
		Long: `Print this node's keys (--home) as JSON, with the proofs that they are held for the seat of an organisation, as the messages
of "credenced tx poa" take them. Keys that are missing are made: config/priv_validator_key.json, config/beacon_key.json and
config/court.key. To rotate one key of a seat, make it on its own: a node in a new folder has a new consensus key; --next-beacon
makes config/beacon_key.next.json, which the node signs with once the seat has rotated to it.`,
		Example: `  credenced seat-keys acme --chain-id credence-1 > keys.json
  credenced tx poa add-seat acme cred1... "$(cat keys.json)" --from seat`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := client.GetClientContextFromCmd(cmd)
			if ctx.ChainID == "" {
				return fmt.Errorf("--%s: empty, expected the chain that the keys are for", flags.FlagChainID)
			}
			if next {
				seed, err := beaconkey.NewSeed(rand.Reader)
				if err != nil {
					return err
				}
				if _, err := beaconkey.Save(filepath.Join(ctx.HomeDir, "config", beaconkey.NextFileName), seed); err != nil {
					return err
				}
			}
			keys, err := setup.Node{Home: ctx.HomeDir, ChainID: ctx.ChainID, Passphrase: keyfile.NewSource(passphraseFile)}.SeatKeys(args[0])
			if err != nil {
				return err
			}
			bz, err := a.Encoding.Codec.MarshalJSON(&keys)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), string(bz))
			return err
		},
	}
	cmd.Flags().String(flags.FlagChainID, "", "the chain's name")
	cmd.Flags().StringVar(&passphraseFile, keyfile.Flag, "", keyfile.Usage)
	cmd.Flags().BoolVar(&next, "next-beacon", false, "make another beacon key, to which the seat is to rotate")
	return cmd
}
