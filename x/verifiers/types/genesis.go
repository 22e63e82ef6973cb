package types

// DefaultGenesis returns the state of a new chain: it has no verifier.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks a genesis state by itself: the lists are sorted, and every vote is about a verifier that was not stopped.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	running := map[string]bool{} // read by name only
	for i, v := range g.Verifiers {
		if i > 0 && g.Verifiers[i-1].Name >= v.Name {
			return ErrInvalid.Wrapf("verifiers: expected each once, sorted by name, got %q after %q", v.Name, g.Verifiers[i-1].Name)
		}
		if err := v.Validate(); err != nil {
			return err
		}
		running[v.Name] = v.Stopped == nil
	}
	for i, s := range g.Votes {
		if i > 0 {
			if last := g.Votes[i-1]; last.Verifier > s.Verifier || last.Verifier == s.Verifier && last.OrgId >= s.OrgId {
				return ErrInvalid.Wrapf("votes: expected each once, sorted, got %s of %q after %s of %q", s.Verifier, s.OrgId, last.Verifier, last.OrgId)
			}
		}
		switch {
		case !running[s.Verifier]:
			return ErrNotFound.Wrapf("votes: %.40q is no verifier that could be stopped", s.Verifier)
		case s.OrgId == "" || s.Height < 0:
			return ErrInvalid.Wrapf("votes: of %.40q at height %d about %s, expected a seat and a height", s.OrgId, s.Height, s.Verifier)
		}
		if err := ValidateReason(s.Reason); err != nil {
			return err
		}
	}
	return nil
}
