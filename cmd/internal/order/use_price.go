package order

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// useFlags are the flags of a price by use.
type useFlags struct{ base, perGfuel, perSecond string }

func (u *useFlags) addFlags(f *pflag.FlagSet) {
	f.StringVar(&u.perGfuel, "price-per-gfuel", "", "price of each 10^9 units of fuel that a replica uses, such as 0.0004CRED; --price is then the most")
	f.StringVar(&u.perSecond, "price-per-second", "", "price of each second that a job declares, for containers; --price is then the most")
	f.StringVar(&u.base, "base-price", "", "with one of these: what a replica is paid whatever it uses (default: the pool's least, or 0)")
}

// read returns the price by use; nil if there is none. least is the pool's least price, which is the default of the base.
func (u *useFlags) read(c *createFlags, least uint64) (*dealstypes.UsePrice, error) {
	if u.perGfuel == "" && u.perSecond == "" {
		if u.base != "" {
			return nil, &cli.Problem{What: "--base-price: got a base without a rate", Next: "say a rate with --price-per-gfuel or --price-per-second, or leave it out: --price alone is a fixed price"}
		}
		return nil, nil
	}
	use := &dealstypes.UsePrice{Base: least}
	for _, f := range []struct {
		name, text string
		to         *uint64
	}{{"base-price", u.base, &use.Base}, {"price-per-gfuel", u.perGfuel, &use.PerGfuel}, {"price-per-second", u.perSecond, &use.PerSecond}} {
		if f.text == "" {
			continue
		}
		var err error
		if *f.to, err = cli.ParseCRED(f.text); err != nil {
			return nil, fmt.Errorf("--%s: %w", f.name, err)
		}
	}
	if u.base == "" && least > 0 {
		c.printNote("base price %s is the pool's least", cli.FormatCRED(least))
	}
	return use, nil
}

// readPrice reads the price of an order whose other fields are set. For a price by fuel the default is the price at the largest fuel limit,
// since no replica can cost more.
func (p *poolFlags) readPrice(l *connect.Link, least uint64, o markettypes.PoolOrder) (uint64, error) {
	if p.sale.price != "" || o.UsePrice == nil || o.UsePrice.PerGfuel == 0 {
		known := least > 0 && o.UsePrice == nil
		return p.sale.readPrice(&p.createFlags, l, least, known, "the pool's least")
	}
	terms := poco.Terms{Price: markettypes.MaxPrice, UsePrice: o.UsePrice.ToPoco(), FuelLimit: o.MaxFuel}
	most := terms.PriceOf(poco.Outcome{Fuel: o.MaxFuel})
	p.printNote("price %s is what a replica of %s costs, the most", cli.FormatCRED(most), cli.FormatFuel(o.MaxFuel))
	return most, nil
}
