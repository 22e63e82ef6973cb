package types

import (
	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/sevsnp"
	"github.com/credence-chain/credence/evidence/tdx"
)

// Limits of the parts of collateral, in bytes. They are checked before anything else.
const (
	MaxTextSize = 64 << 10
	MaxPEMSize  = 16 << 10
)

func refuseCollateral(err error) error { return ErrCollateral.Wrap(err.Error()) }

// evidence returns the collateral in the form that package tdx takes. It returns ErrCollateral for parts of a wrong size.
func (c TdxCollateral) evidence() (out tdx.Collateral, err error) {
	for _, f := range []struct {
		name string
		got  []byte
		most int
	}{
		{"authority", c.Authority, MaxPEMSize}, {"signers", c.Signers, MaxPEMSize}, {"root_list", c.RootList, certificate.MaxListSize},
		{"platform_list", c.PlatformList, certificate.MaxListSize}, {"levels", c.Levels, MaxTextSize}, {"enclave", c.Enclave, MaxTextSize},
	} {
		if len(f.got) == 0 || len(f.got) > f.most {
			return out, ErrCollateral.Wrapf("%s: got %d bytes, expected 1 to %d", f.name, len(f.got), f.most)
		}
	}
	out = tdx.Collateral{RootList: c.RootList, PlatformList: c.PlatformList, Signers: c.Signers, Levels: c.Levels, Enclave: c.Enclave}
	if copy(out.LevelsSignature[:], c.LevelsSignature) != len(c.LevelsSignature) || len(c.LevelsSignature) != len(out.LevelsSignature) ||
		copy(out.EnclaveSignature[:], c.EnclaveSignature) != len(c.EnclaveSignature) || len(c.EnclaveSignature) != len(out.EnclaveSignature) {
		return out, ErrCollateral.Wrapf("levels_signature and enclave_signature: got %d and %d bytes, expected 64", len(c.LevelsSignature), len(c.EnclaveSignature))
	}
	return out, nil
}

// Inspect checks collateral at a time in Unix seconds, and returns how new it is: ErrCollateral.
func (c TdxCollateral) Inspect(root []byte, at int64) (Edition, error) {
	collateral, err := c.evidence()
	if err != nil {
		return Edition{}, err
	}
	e, err := collateral.Inspect(c.Authority, toHash(root), at)
	if err != nil {
		return Edition{}, refuseCollateral(err)
	}
	return Edition{
		Family: e.Family[:], LevelsEvaluation: e.LevelsEvaluation, EnclaveEvaluation: e.EnclaveEvaluation, LevelsIssued: e.LevelsIssued,
		EnclaveIssued: e.EnclaveIssued, RootListIssued: e.RootListIssued, PlatformListIssued: e.PlatformListIssued, Expires: e.Expires,
	}, nil
}

// Evaluation returns the lower one of the two evaluation numbers.
func (e Edition) Evaluation() uint64 { return min(e.LevelsEvaluation, e.EnclaveEvaluation) }

// Follows returns ErrCollateral when an edition must not replace another.
func (e Edition) Follows(old Edition) error {
	if err := e.evidence().Follows(old.evidence()); err != nil {
		return refuseCollateral(err)
	}
	return nil
}

func (e Edition) evidence() (out tdx.Edition) {
	copy(out.Family[:], e.Family)
	out.LevelsEvaluation, out.EnclaveEvaluation = e.LevelsEvaluation, e.EnclaveEvaluation
	out.LevelsIssued, out.EnclaveIssued, out.RootListIssued, out.PlatformListIssued = e.LevelsIssued, e.EnclaveIssued, e.RootListIssued, e.PlatformListIssued
	out.Expires = e.Expires
	return out
}

// Validate checks the sizes of collateral in a genesis state. Intel's signatures were checked when the collateral was sent.
func (r TdxRecord) Validate() error {
	if len(r.Edition.Family) != 6 {
		return ErrInvalid.Wrapf("tdx: family: got %d bytes, expected 6", len(r.Edition.Family))
	}
	_, err := r.Collateral.evidence()
	return err
}

// evidence returns the collateral in the form that package sevsnp takes, without the chip's certificate: ErrCollateral.
func (c SnpCollateral) evidence() (chain sevsnp.Chain, list *certificate.RevocationList, err error) {
	if chain.ASK, err = certificate.Parse(c.Ask); err != nil {
		return chain, nil, refuseCollateral(err)
	}
	if chain.ARK, err = certificate.Parse(c.Ark); err != nil {
		return chain, nil, refuseCollateral(err)
	}
	if list, err = certificate.ParseRevocationList(c.List); err != nil {
		return chain, nil, refuseCollateral(err)
	}
	return chain, list, nil
}

// Inspect checks collateral of a product at a time in Unix seconds, and returns it with how new it is: ErrCollateral. A list that
// revokes the ASK is accepted, because this list is what ends later sessions.
func (c SnpCollateral) Inspect(product Product, at int64) (SnpCollateral, error) {
	chain, list, err := c.evidence()
	if err != nil {
		return c, err
	}
	if at <= 0 {
		return c, ErrCollateral.Wrap("no time")
	}
	if err := certificate.CheckChain([]*certificate.Certificate{chain.ARK}, 1, toHash(product.Root), at); err != nil {
		return c, refuseCollateral(err)
	}
	if !chain.ASK.Authority {
		return c, ErrCollateral.Wrap("ask: no authority")
	}
	for _, check := range []error{chain.ASK.CheckTime(at), chain.ASK.CheckIssuedBy(chain.ARK), list.Check(chain.ARK, at)} {
		if check != nil {
			return c, refuseCollateral(check)
		}
	}
	c.Product, c.Issued, c.Expires = product.Name, list.ThisUpdate, min(chain.ASK.NotAfter, chain.ARK.NotAfter, list.NextUpdate)
	return c, nil
}

// Validate checks the form of collateral in a genesis state.
func (c SnpCollateral) Validate() error {
	_, _, err := c.evidence()
	return err
}
