package types

import (
	"fmt"

	"github.com/credence-chain/credence/evidence/sevsnp"
)

// text formats the versions for error texts.
func (v Versions) text() string {
	return fmt.Sprintf("boot loader %d, tee %d, snp %d, microcode %d", v.BootLoader, v.Tee, v.Snp, v.Microcode)
}

func (v Versions) valid() bool { return max(v.BootLoader, v.Tee, v.Snp, v.Microcode) <= 255 }

// tcb returns the versions in the form that package sevsnp compares.
func (v Versions) tcb() sevsnp.TCB {
	return sevsnp.TCB{BootLoader: uint8(v.BootLoader), TEE: uint8(v.Tee), SNP: uint8(v.Snp), Microcode: uint8(v.Microcode)}
}

// lowerVersions returns the lower one of each version. One set of versions is that of the signing key; below the other the
// firmware cannot go back.
func lowerVersions(a, b sevsnp.TCB) *Versions {
	return &Versions{
		BootLoader: uint32(min(a.BootLoader, b.BootLoader)), Tee: uint32(min(a.TEE, b.TEE)),
		Snp: uint32(min(a.SNP, b.SNP)), Microcode: uint32(min(a.Microcode, b.Microcode)),
	}
}

// CheckLevel returns ErrLevel when a machine of this level is not accepted under the parameters. evaluation is the lower
// evaluation number of the collateral that is stored now; only TDX uses it.
func (l Level) CheckLevel(platform Platform, p Params, evaluation uint64) error {
	switch platform {
	case PLATFORM_TDX:
		if least := max(p.TdxEvaluation, evaluation); l.Evaluation < least {
			return ErrLevel.Wrapf("evaluation number: got %d, expected at least %d: register the session again", l.Evaluation, least)
		}
		return nil
	case PLATFORM_SEV_SNP:
		product, err := p.FindProduct(l.Product)
		if err != nil {
			return ErrLevel.Wrap(err.Error())
		}
		have := Versions{}
		if l.Versions != nil {
			have = *l.Versions
		}
		if !have.tcb().Reaches(product.Least.tcb()) {
			return ErrLevel.Wrapf("firmware of %s: got %s, expected at least %s", l.Product, have.text(), product.Least.text())
		}
		return nil
	case PLATFORM_SOFTWARE:
		if !p.Software {
			return ErrLevel.Wrap("the software platform is not taken")
		}
		if l.Software < p.SoftwareLevel {
			return ErrLevel.Wrapf("level: got %d, expected at least %d", l.Software, p.SoftwareLevel)
		}
		return nil
	}
	return ErrInvalid.Wrapf("platform: got %s", platform)
}
