package types

import (
	"bytes"
	"cmp"
	"strings"
)

// DefaultGenesis returns the state of a new chain: nothing is listed.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// checkSorted refuses a list that is not sorted or has an entry twice. compare orders two neighbours.
func checkSorted[T any](name string, list []T, compare func(a, b T) int) error {
	for i := range list {
		if i > 0 && compare(list[i-1], list[i]) >= 0 {
			return ErrInvalid.Wrapf("%s: expected each once, sorted; entry %d is not", name, i)
		}
	}
	return nil
}

// checkEach returns the error of the first entry that is not valid.
func checkEach[T interface{ Validate() error }](list []T) error {
	for _, one := range list {
		if err := one.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks a genesis state by itself.
func (g GenesisState) Validate() error {
	if g.ParamsHeight < 0 {
		return ErrInvalid.Wrapf("params_height: got %d, expected a height", g.ParamsHeight)
	}
	return cmp.Or(g.Params.Validate(), g.checkOrder(),
		checkEach(g.Measurements), checkEach(g.Images), checkEach(g.Machines), checkEach(g.Sessions), checkEach(g.Freezes), checkEach(g.Votes), checkEach(g.Convictions),
		checkEach(g.Tdx), checkEach(g.Snp), g.checkReferences())
}

func (g GenesisState) checkOrder() error {
	return cmp.Or(
		checkSorted("measurements", g.Measurements, func(a, b Measurement) int { return strings.Compare(a.Id, b.Id) }),
		checkSorted("images", g.Images, func(a, b Image) int {
			return cmp.Or(strings.Compare(a.Runtime, b.Runtime), strings.Compare(a.Measurement, b.Measurement))
		}),
		checkSorted("machines", g.Machines, func(a, b Machine) int { return strings.Compare(a.Id, b.Id) }),
		checkSorted("freezes", g.Freezes, func(a, b Freeze) int { return strings.Compare(a.Subject, b.Subject) }),
		checkSorted("votes", g.Votes, func(a, b FreezeVote) int {
			return cmp.Or(strings.Compare(a.Subject, b.Subject), strings.Compare(a.OrgId, b.OrgId))
		}),
		checkSorted("convictions", g.Convictions, func(a, b Conviction) int {
			return cmp.Or(strings.Compare(a.Measurement, b.Measurement), strings.Compare(a.Organisation, b.Organisation))
		}),
		checkSorted("tdx", g.Tdx, func(a, b TdxRecord) int { return bytes.Compare(a.Edition.Family, b.Edition.Family) }),
		checkSorted("snp", g.Snp, func(a, b SnpCollateral) int { return strings.Compare(a.Product, b.Product) }),
	)
}

// checkReferences refuses a session whose machine or measurement is not in the state, and an image whose measurement is not.
func (g GenesisState) checkReferences() error {
	measurements, machines := map[string]Platform{}, map[string]Machine{} // read by id only
	for _, m := range g.Measurements {
		measurements[m.Id] = m.Platform
	}
	for _, m := range g.Machines {
		machines[m.Id] = m
	}
	for _, i := range g.Images {
		if measurements[i.Measurement] == PLATFORM_UNSPECIFIED {
			return ErrNotFound.Wrapf("images: measurement %s", i.Measurement)
		}
	}
	for _, c := range g.Convictions {
		if measurements[c.Measurement] == PLATFORM_UNSPECIFIED {
			return ErrNotFound.Wrapf("convictions: measurement %s", c.Measurement)
		}
	}
	seen := map[string]bool{}
	for _, s := range g.Sessions {
		m, known := machines[s.Machine]
		name := s.Worker + string(s.Key)
		switch {
		case seen[name]:
			return ErrExists.Wrapf("sessions: a key of %s is there twice", s.Worker)
		case measurements[s.Measurement] != s.Platform || !known || m.Platform != s.Platform:
			return ErrNotFound.Wrapf("sessions: machine or measurement of a session of %s", s.Worker)
		case m.Organisation != s.Organisation:
			return ErrMachine.Wrapf("sessions: %s serves %s, and a session is of %s", s.Machine, m.Organisation, s.Organisation)
		}
		seen[name] = true
	}
	return nil
}

// CheckChain returns ErrDevelopment for a state with the software platform, or with anything that came from it, unless the chain
// is a development chain.
func (g GenesisState) CheckChain(chainID string) error {
	uses := g.Params.Software
	for _, m := range g.Measurements {
		uses = uses || m.Platform == PLATFORM_SOFTWARE
	}
	for _, m := range g.Machines {
		uses = uses || m.Platform == PLATFORM_SOFTWARE
	}
	if uses {
		return checkSoftware(chainID)
	}
	return nil
}

// Validate checks a freeze by itself; ErrInvalid.
func (f Freeze) Validate() error {
	if f.Height < 0 {
		return ErrInvalid.Wrapf("freeze of %s: got height %d", f.Subject, f.Height)
	}
	return cmp.Or(ValidateSubject("subject", f.Subject), ValidateReason(f.Reason), checkSorted("seats", f.Seats, strings.Compare))
}

// Validate checks a vote by itself; ErrInvalid.
func (v FreezeVote) Validate() error {
	if v.OrgId == "" || v.Height < 0 {
		return ErrInvalid.Wrapf("votes: of %.40q at height %d about %s, expected a seat and a height", v.OrgId, v.Height, v.Subject)
	}
	return cmp.Or(ValidateSubject("subject", v.Subject), ValidateReason(v.Reason))
}

// Validate checks a conviction by itself; ErrInvalid.
func (c Conviction) Validate() error {
	if c.Organisation == "" || c.Height < 0 {
		return ErrInvalid.Wrapf("convictions: of %.40q at height %d under %s, expected an organisation and a height", c.Organisation, c.Height, c.Measurement)
	}
	return cmp.Or(ValidateSubject("measurement", c.Measurement), ValidateSubject("task", c.Task))
}
