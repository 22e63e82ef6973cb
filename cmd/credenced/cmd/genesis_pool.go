package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/cli"
)

// publicPoolFlags are the flags with the terms of the public pool.
type publicPoolFlags struct{ stake, price, fuel string }

func (p *publicPoolFlags) addFlags(f *pflag.FlagSet) {
	f.StringVar(&p.stake, "stake", cli.FormatCRED(genesis.PublicStake), "stake locked for each assignment in the public pool")
	f.StringVar(&p.price, "price", cli.FormatCRED(genesis.PublicPrice), "price of each right replica in the public pool")
	f.StringVar(&p.fuel, "max-fuel", cli.FormatFuel(genesis.PublicMaxFuel), "largest fuel limit that the public pool takes")
}

func (p *publicPoolFlags) readPool() (out genesis.PublicPool, err error) {
	var errs [3]error
	out.Stake, errs[0] = amountFlag("stake", p.stake, cli.ParseCRED)
	out.Price, errs[1] = amountFlag("price", p.price, cli.ParseCRED)
	out.MaxFuel, errs[2] = amountFlag("max-fuel", p.fuel, cli.ParseFuel)
	return out, errors.Join(errs[:]...)
}

func amountFlag(flag, text string, parse func(string) (uint64, error)) (uint64, error) {
	n, err := parse(text)
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", flag, err)
	}
	return n, nil
}

func addPublicPoolCmd(a *app.App) *cobra.Command {
	var (
		flags      publicPoolFlags
		categories []string
	)
	cmd := &cobra.Command{
		Use:   "add-public-pool [ID]",
		Short: "Open a pool of the council's to everybody, with its price",
		Long: `Open a pool of the council's to everybody, with its price: workers that name no pool join it, and requests that name
none find its offer. The council keeps nothing of the price. It changes the terms by proposals.`,
		Example: "credenced genesis add-public-pool --stake 10CRED --price 0.05CRED --max-fuel 1T --category xs,s",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pool, err := flags.readPool()
			if err != nil {
				return err
			}
			pool.Categories = categories
			if len(args) == 1 {
				pool.ID = args[0]
			}
			path := genesisFile(cmd)
			doc, err := genutiltypes.AppGenesisFromFile(path) // the ids of orders depend on the chain id
			if err != nil {
				return fmt.Errorf("genesis file %s: %w (credenced init makes one)", path, err)
			}
			return setup.EditFile(path, func(s genesis.State) error {
				return genesis.AddPublicPool(s, a.Encoding.Codec, doc.ChainID, pool)
			})
		},
	}
	flags.addFlags(cmd.Flags())
	cmd.Flags().StringSliceVar(&categories, "category", nil, "category of requests that it takes besides those without one, such as xs; repeatable")
	return cmd
}
