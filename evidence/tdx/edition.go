package tdx

import (
	"fmt"

	"github.com/credence-chain/credence/evidence/certificate"
)

// Edition says for which family of processors collateral is, and how new each of its parts is. It is read from the collateral
// alone, without a quote. Users that keep collateral compare editions: to replace a part by an older one would undo a TCB recovery.
type Edition struct {
	// Family is the family (FMSPC) of processors.
	Family [6]byte
	// LevelsEvaluation and EnclaveEvaluation are the evaluation numbers of the TCB info and of the quoting enclave's identity.
	LevelsEvaluation, EnclaveEvaluation uint64
	// LevelsIssued, EnclaveIssued, RootListIssued and PlatformListIssued are the times at which the parts were issued, in Unix
	// seconds.
	LevelsIssued, EnclaveIssued, RootListIssued, PlatformListIssued int64
	// Expires is the last moment at which all parts are valid, in Unix seconds.
	Expires int64
}

// Follows returns an error that says why an edition must not replace an old one of its family: a part of it is older, an evaluation
// number is lower, or nothing in it is newer. The error wraps ErrCollateral.
func (e Edition) Follows(old Edition) error {
	if e.Family != old.Family {
		return fmt.Errorf("%w: of family %x, expected %x", ErrCollateral, e.Family, old.Family)
	}
	newer := false
	for _, part := range []struct {
		name     string
		got, was int64
	}{
		{"evaluation number of the TCB info", int64(e.LevelsEvaluation), int64(old.LevelsEvaluation)},
		{"evaluation number of the identity", int64(e.EnclaveEvaluation), int64(old.EnclaveEvaluation)},
		{"issueDate of the TCB info", e.LevelsIssued, old.LevelsIssued},
		{"issueDate of the identity", e.EnclaveIssued, old.EnclaveIssued},
		{"date of the root's list", e.RootListIssued, old.RootListIssued},
		{"date of the platform authority's list", e.PlatformListIssued, old.PlatformListIssued},
	} {
		if part.got < part.was {
			return fmt.Errorf("%w: %s: got %d, expected at least %d, which is known", ErrCollateral, part.name, part.got, part.was)
		}
		newer = newer || part.got > part.was
	}
	if !newer {
		return fmt.Errorf("%w: nothing of it is newer than what is known", ErrCollateral)
	}
	return nil
}

// Inspect checks collateral by itself, against a pinned root and a time in Unix seconds, which must not be zero. authority holds
// the certificates of the platform authority and of the root, in PEM.
func (c Collateral) Inspect(authority []byte, root [32]byte, at int64) (e Edition, err error) {
	if at <= 0 {
		return e, fmt.Errorf("%w: no time", ErrTime)
	}
	chain, err := readPEM(authority, 2)
	if err != nil {
		return e, err
	}
	if err := certificate.CheckChain(chain[1:], 1, root, at); err != nil {
		return e, err
	}
	if err := checkAuthority(chain, at); err != nil {
		return e, err
	}
	a, err := c.verifyAuthorities(chain[0], chain[1], root, at)
	if err != nil {
		return e, err
	}
	return Edition{
		Family: a.levels.platform, LevelsEvaluation: a.levels.evaluation, EnclaveEvaluation: a.enclave.evaluation,
		LevelsIssued: a.levels.from, EnclaveIssued: a.enclave.from, RootListIssued: a.root.ThisUpdate, PlatformListIssued: a.platform.ThisUpdate,
		Expires: a.expires,
	}, nil
}

// checkAuthority checks the certificate of the platform authority: the root signed it, it is valid at the time, and it is the
// certificate of an authority.
func checkAuthority(chain []*certificate.Certificate, at int64) error {
	if err := chain[0].CheckTime(at); err != nil {
		return err
	}
	if !chain[0].Authority {
		return fmt.Errorf("%w: the first of the two is no authority", ErrCollateral)
	}
	return chain[0].CheckIssuedBy(chain[1])
}

// Family returns the family (FMSPC) of processors for whose collateral a quote asks. It checks nothing in the quote.
func (q *Quote) Family() ([6]byte, error) {
	p, err := readPlatform(q.chain[0])
	return p.family, err
}
