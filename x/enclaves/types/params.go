package types

import (
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/internal/words"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
)

// Bounds of the parameters.
const (
	// MaxBlocks bounds times, in blocks: more than a year.
	MaxBlocks = verifierstypes.MaxBlocks
	// MaxProducts bounds AMD's products.
	MaxProducts = 16
	// MaxCourtOrganisations bounds court_organisations, and so how many convictions a verdict reads.
	MaxCourtOrganisations = 32
)

// DefaultParams assume blocks of five seconds. They give a week to look at an image, a day to agree on a freeze, a day to a
// session, and some minutes to a quote. Verdicts against machines of two organisations freeze a measurement. AMD's products are
// refused until the council names their roots, and the software platform is refused.
func DefaultParams() Params {
	return Params{DelayBlocks: 120_960, VoteBlocks: 17_280, SessionBlocks: 17_280, FreshBlocks: 100, CourtOrganisations: 2, IntelRoot: tdx.IntelRoot[:]}
}

// Validate returns ErrInvalidParams for the first parameter that is out of bounds.
func (p Params) Validate() error {
	for _, f := range []struct {
		name       string
		got, least int64
	}{
		{"delay_blocks", p.DelayBlocks, 0}, {"vote_blocks", p.VoteBlocks, 1}, {"session_blocks", p.SessionBlocks, 1}, {"fresh_blocks", p.FreshBlocks, 1},
	} {
		if f.got < f.least || f.got > MaxBlocks {
			return ErrInvalidParams.Wrapf("%s: got %d, expected %d to %d", f.name, f.got, f.least, MaxBlocks)
		}
	}
	if len(p.IntelRoot) != hashSize {
		return ErrInvalidParams.Wrapf("intel_root: got %d bytes, expected the %d of SHA-256 of the root's certificate", len(p.IntelRoot), hashSize)
	}
	if p.CourtOrganisations > MaxCourtOrganisations {
		return ErrInvalidParams.Wrapf("court_organisations: got %d, expected at most %d", p.CourtOrganisations, MaxCourtOrganisations)
	}
	if len(p.Products) > MaxProducts {
		return ErrInvalidParams.Wrapf("products: got %d, expected at most %d", len(p.Products), MaxProducts)
	}
	for i, one := range p.Products {
		if i > 0 && p.Products[i-1].Name >= one.Name {
			return ErrInvalidParams.Wrapf("products: expected each once, sorted by name, got %q after %q", one.Name, p.Products[i-1].Name)
		}
		if err := one.validate(); err != nil {
			return err
		}
	}
	return nil
}

// CheckChain returns ErrDevelopment for parameters that accept the software platform, unless the chain is a development chain.
func (p Params) CheckChain(chainID string) error {
	if p.Software {
		return checkSoftware(chainID)
	}
	return nil
}

// checkSoftware returns ErrDevelopment unless the chain is a development chain.
func checkSoftware(chainID string) error {
	if verifierstypes.IsDevelopmentChain(chainID) {
		return nil
	}
	return ErrDevelopment.Wrapf("software: everybody can be the software platform; expected a chain whose id ends in \"-devnet\", this is %q", chainID)
}

func (p Product) validate() error {
	if len(p.Name) < 2 || len(p.Name) > 32 || !words.IsMade(p.Name, "-") {
		return ErrInvalidParams.Wrapf("products: name: got %.40q, expected 2 to 32 of a-z, 0-9 and '-'", p.Name)
	}
	if len(p.Root) != hashSize {
		return ErrInvalidParams.Wrapf("products: root of %s: got %d bytes, expected the %d of SHA-256 of the root's certificate", p.Name, len(p.Root), hashSize)
	}
	if !p.Least.valid() {
		return ErrInvalidParams.Wrapf("products: least of %s: got %s, expected versions of at most 255", p.Name, p.Least.text())
	}
	return nil
}

// FindProduct returns the product with this name: ErrNotFound.
func (p Params) FindProduct(name string) (Product, error) {
	for _, one := range p.Products {
		if one.Name == name {
			return one, nil
		}
	}
	return Product{}, ErrNotFound.Wrapf("product: got %.40q, which the parameters do not name", name)
}
