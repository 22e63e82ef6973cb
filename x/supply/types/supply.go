package types

import (
	"slices"
	"strings"
	"unicode/utf8"

	"cosmossdk.io/math"
)

// Causes of the supply. The supply is what the first two made, less what the others destroyed.
const (
	// Genesis is the supply at the beginning of the chain.
	Genesis = "genesis"
	// Minted is what the council decided to make.
	Minted = "minted"
	// Slashed is stake of workers that was destroyed for a fault.
	Slashed = "slashed"
	// Deposits are deposits of proposals that were destroyed, because the proposal was vetoed or cancelled.
	Deposits = "deposits"
	// Premiums are what tasks paid for their charges in the money budget of a ledger.
	Premiums = "premiums"
	// Burnt is what owners destroyed, and what modules destroyed that have no cause of their own.
	Burnt = "burnt"
)

// Made are the causes that made coins, and Destroyed those that destroyed coins, each sorted.
var (
	Made      = []string{Genesis, Minted}
	Destroyed = []string{Burnt, Deposits, Premiums, Slashed}
)

// MaxReason bounds the reason of a decision, in bytes.
const MaxReason = 256

// MaxYearBlocks bounds year_blocks: ten years of blocks of a second.
const MaxYearBlocks = 315_360_000

// DefaultParams lets nobody mint before the council votes for a cap. A year has blocks of five seconds.
func DefaultParams() Params { return Params{MintCap: 0, YearBlocks: 6_307_200} }

// Validate checks every parameter.
func (p Params) Validate() error {
	if p.YearBlocks < 1 || p.YearBlocks > MaxYearBlocks {
		return ErrInvalidParams.Wrapf("year_blocks: %d, expected 1 to %d", p.YearBlocks, MaxYearBlocks)
	}
	return nil
}

// ValidateDecision checks the amount and the reason of a mint or a burn: ErrInvalid.
func ValidateDecision(amount uint64, reason string) error {
	if amount == 0 {
		return ErrInvalid.Wrap("amount: 0, expected at least 1 ucred")
	}
	if strings.TrimSpace(reason) == "" || len(reason) > MaxReason || !utf8.ValidString(reason) {
		return ErrInvalid.Wrapf("reason: %d bytes, expected 1 to %d of text", len(reason), MaxReason)
	}
	return nil
}

// Sum returns the supply that causes add up to. It returns ErrCauses for an unknown cause, a negative amount or a negative sum.
func Sum(causes []Cause) (math.Int, error) {
	sum := math.ZeroInt()
	for i, c := range causes {
		switch {
		case c.Amount.IsNil() || c.Amount.IsNegative():
			return sum, ErrCauses.Wrapf("causes[%d] %s: expected an amount of 0 or more", i, c.Name)
		case slices.Contains(Made, c.Name):
			sum = sum.Add(c.Amount)
		case slices.Contains(Destroyed, c.Name):
			sum = sum.Sub(c.Amount)
		default:
			return sum, ErrCauses.Wrapf("causes[%d]: %q, expected one of %q or %q", i, c.Name, Made, Destroyed)
		}
	}
	if sum.IsNegative() {
		return sum, ErrCauses.Wrapf("more was destroyed than made: %s", sum)
	}
	return sum, nil
}

// DefaultGenesis returns the state of a new chain, without causes: its coins get the cause genesis.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks parameters, causes, and decisions in order of number.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	for i := range g.Causes {
		if i > 0 && g.Causes[i-1].Name >= g.Causes[i].Name {
			return ErrCauses.Wrapf("causes[%d]: %s: expected ascending order of names, each once", i, g.Causes[i].Name)
		}
	}
	if _, err := Sum(g.Causes); err != nil {
		return err
	}
	for i, m := range g.Mints {
		if m.Number != uint64(i)+1 || i > 0 && g.Mints[i-1].Height > m.Height {
			return ErrInvalid.Wrapf("mints[%d]: number %d at height %d, expected %d and ascending heights", i, m.Number, m.Height, i+1)
		}
		if err := ValidateDecision(m.Amount, m.Reason); err != nil {
			return err
		}
	}
	return nil
}
