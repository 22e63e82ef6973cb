package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/lab/sim"
	"github.com/credence-chain/credence/poco"
)

// unit is the number of base units (ucred) in one CRED.
const unit = 1_000_000

func planCommand() *cobra.Command {
	var colluding, trust, value, price, stake string
	var asJSON bool
	q := sim.Question{}
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what tasks at a trust would cost, and what would break the promise",
		Long: `Run the tasks that you plan through the protocol, in peace and against the coalition that you fear, and say how many
replicas they take, what they cost, what stake plans need and what would break the promise. The chain assumes that at
most a fifth of the organisations collude. A pool with less stake than a plan needs makes it take more replicas.`,
		Example: "credence-lab plan --organisations 30 --colluding 20% --trust 99.99% --tasks 10000 --value 5CRED",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if q.Colluding, err = parseShare(colluding); err != nil {
				return err
			}
			if q.Trust, err = poco.ParseTrust(trust); err != nil {
				return err
			}
			if q.Value, err = parseCoins("value", value); err != nil {
				return err
			}
			if q.Price, err = parseCoins("price", price); err != nil {
				return err
			}
			if stake != "" {
				if q.Stake, err = parseCoins("stake", stake); err != nil {
					return err
				}
			}
			f, err := q.Answer()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(f)
			}
			return f.Write(cmd.OutOrStdout(), formatCoins)
		},
	}
	cmd.Flags().IntVar(&q.Organisations, "organisations", 30, "organisations that can be drawn")
	cmd.Flags().StringVar(&colluding, "colluding", "20%", "share of them that collude")
	cmd.Flags().StringVar(&trust, "trust", "99.99%", "demanded trust: 99.99%, 10000 or 13bits")
	cmd.Flags().IntVar(&q.Tasks, "tasks", 10_000, "tasks planned")
	cmd.Flags().StringVar(&value, "value", "5CRED", "what a wrong result is worth to whoever causes it")
	cmd.Flags().StringVar(&price, "price", "1CRED", "price of a replica")
	cmd.Flags().StringVar(&stake, "stake", "", "what the pool locks per assignment (default a tenth more than two replicas need)")
	cmd.Flags().Uint64Var(&q.Seats, "court", 7, "seats of the court")
	cmd.Flags().DurationVar(&q.Runtime, "runtime", 0, "how long one execution takes, such as 10m, for the time until answers")
	cmd.Flags().IntVar(&q.Slots, "slots", 1, "executions that an organisation runs at the same time")
	cmd.Flags().IntVar(&q.Seeds, "runs", 8, "runs to measure")
	cmd.Flags().Uint64Var(&q.Seed, "seed", 1, "first seed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func parseShare(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || math.IsNaN(v) {
		return 0, fmt.Errorf("--colluding: got %q, expected a share such as 20%% or 0.2", text)
	}
	if strings.HasSuffix(text, "%") {
		v /= 100
	}
	return v, nil
}

// parseCoins reads an amount such as 5CRED, 0.5CRED or 5000000ucred.
func parseCoins(name, text string) (uint64, error) {
	number, scale := text, int64(0)
	if n, ok := strings.CutSuffix(text, "ucred"); ok {
		number, scale = n, 1
	} else if n, ok := strings.CutSuffix(text, "CRED"); ok {
		number, scale = n, unit
	}
	v, ok := new(big.Rat).SetString(number)
	if ok {
		v.Mul(v, new(big.Rat).SetInt64(scale))
	}
	if !ok || scale == 0 || v.Sign() < 0 || !v.IsInt() || v.Num().BitLen() > 50 || strings.ContainsAny(number, "/eE") {
		return 0, fmt.Errorf("--%s: got %q, expected an amount such as 5CRED or 500000ucred", name, text)
	}
	return v.Num().Uint64(), nil
}

func formatCoins(amount float64) string {
	return strconv.FormatFloat(amount/unit, 'f', 2, 64) + " CRED"
}
