package order

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
)

// saleFlags are the flags that all orders that sell something have in common.
type saleFlags struct {
	price  string
	volume uint64
	tags   []string
}

func (s *saleFlags) addFlags(f *pflag.FlagSet, per, tags string) {
	f.StringVar(&s.price, "price", "", "price, such as 0.05CRED, of "+per)
	f.Uint64Var(&s.volume, "volume", 0, "tasks in all; 0 for no bound")
	f.StringSliceVar(&s.tags, "tag", nil, tags)
}

// readPrice reads the price; by default it is the chain's.
func (s *saleFlags) readPrice(c *createFlags, l *connect.Link, list uint64, known bool, of string) (uint64, error) {
	if s.price != "" {
		price, err := cli.ParseCRED(s.price)
		if err != nil {
			return 0, fmt.Errorf("--%w", err)
		}
		return price, nil
	}
	if l == nil || !known {
		return 0, &cli.Problem{What: "price: missing", Next: "say it with --price, such as --price 0.05CRED; --price 0 is for nothing"}
	}
	c.printNote("price %s is %s", cli.FormatCRED(list), of)
	return list, nil
}
