package types

import (
	"bytes"
	"slices"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/sevsnp"
	"github.com/credence-chain/credence/evidence/software"
	"github.com/credence-chain/credence/evidence/tdx"
)

// Shown is what a quote claims before its signatures are checked, and what it proves afterwards.
type Shown struct {
	Platform Platform
	// Data is what the enclave put into the quote.
	Data [64]byte
	// Measurement is the hash of what the enclave was started from, in the platform's form.
	Measurement []byte
	// Machine is the name that the platform's maker gave the machine. It is known once the quote was checked.
	Machine []byte
	// Level is how well the machine is kept up to date. It is known once the quote was checked.
	Level Level
	// Expires is when the first of the certificates and lists that vouch for the machine ends, in Unix seconds. It is known once
	// the quote was checked.
	Expires int64

	check func(at int64) (Shown, error)
}

// Check checks the signatures at a time in Unix seconds, and returns what the quote proves: ErrQuote or ErrLevel.
func (s Shown) Check(at int64) (Shown, error) { return s.check(at) }

func refuseQuote(err error) error { return ErrQuote.Wrap(err.Error()) }

// refuseHost refuses data that the host handed to the enclave at its start: no measurement covers such data.
func refuseHost(name string, given ...[]byte) error {
	for _, b := range given {
		if len(bytes.Trim(b, "\x00")) > 0 {
			return ErrQuote.Wrapf("%s: got %x, expected zeroes: the host gave it, and no measurement covers it", name, b)
		}
	}
	return nil
}

// ReadTdx reads a quote of TDX, and refuses modes that are not trusted: ErrQuote. It checks no signature; Check does.
func ReadTdx(b []byte, c TdxCollateral, p Params) (Shown, error) {
	q, err := tdx.ParseQuote(b)
	if err != nil {
		return Shown{}, refuseQuote(err)
	}
	r := q.Report
	if err := r.CheckMode(); err != nil {
		return Shown{}, refuseQuote(err)
	}
	if err := refuseHost("configuration or owner of the domain", r.ConfigID[:], r.Owner[:], r.OwnerConfig[:]); err != nil {
		return Shown{}, err
	}
	s := Shown{Platform: PLATFORM_TDX, Data: r.Data, Measurement: slices.Concat(r.Measurement[:], r.Registers[0][:], r.Registers[1][:], r.Registers[2][:])}
	s.check = func(at int64) (Shown, error) { return s.checkTdx(q, c, p, at) }
	return s, nil
}

func (s Shown) checkTdx(q *tdx.Quote, c TdxCollateral, p Params, at int64) (Shown, error) {
	collateral, err := c.evidence()
	if err != nil {
		return s, err
	}
	v, err := tdx.Verify(q, collateral, toHash(p.IntelRoot), at)
	if err != nil {
		return s, refuseQuote(err)
	}
	for _, status := range []tdx.Status{v.PlatformStatus, v.ModuleStatus, v.EnclaveStatus} {
		if status != tdx.UpToDate && (status != tdx.SWHardeningNeeded || !p.TdxHardening) {
			return s, ErrLevel.Wrapf("Intel says of the platform, the module and the quoting enclave: %s, %s, %s", v.PlatformStatus, v.ModuleStatus, v.EnclaveStatus)
		}
	}
	s.Machine, s.Expires = v.Platform[:], v.Expires
	s.Level = Level{Family: v.Family[:], Evaluation: v.Evaluation}
	return s, nil
}

// FamilyOf returns the family of processors whose collateral a quote of TDX needs: ErrQuote.
func FamilyOf(b []byte) ([]byte, error) {
	q, err := tdx.ParseQuote(b)
	if err != nil {
		return nil, refuseQuote(err)
	}
	family, err := q.Family()
	if err != nil {
		return nil, refuseQuote(err)
	}
	return family[:], nil
}

// ReadSnp reads a report of SEV-SNP with the certificate of its chip: ErrQuote. It checks no signature; Check does.
func ReadSnp(b, chip []byte, c SnpCollateral, product Product) (Shown, error) {
	r, err := sevsnp.ParseReport(b)
	if err != nil {
		return Shown{}, refuseQuote(err)
	}
	if err := r.CheckMode(); err != nil {
		return Shown{}, refuseQuote(err)
	}
	if err := refuseHost("host_data", r.HostData[:]); err != nil {
		return Shown{}, err
	}
	vcek, err := certificate.Parse(chip)
	if err != nil {
		return Shown{}, refuseQuote(err)
	}
	s := Shown{Platform: PLATFORM_SEV_SNP, Data: r.Data, Measurement: r.Measurement[:]}
	s.check = func(at int64) (Shown, error) { return s.checkSnp(r, vcek, c, product, at) }
	return s, nil
}

func (s Shown) checkSnp(r *sevsnp.Report, vcek *certificate.Certificate, c SnpCollateral, product Product, at int64) (Shown, error) {
	chain, list, err := c.evidence()
	if err != nil {
		return s, err
	}
	chain.VCEK = vcek
	if err := sevsnp.Verify(r, chain, list, toHash(product.Root), at); err != nil {
		return s, refuseQuote(err)
	}
	s.Machine = r.Chip[:]
	s.Expires = min(vcek.NotAfter, chain.ASK.NotAfter, chain.ARK.NotAfter, list.NextUpdate)
	s.Level = Level{Product: product.Name, Versions: lowerVersions(r.Reported, r.Committed)}
	return s, nil
}

// ReadSoftware reads a quote of the software platform: ErrQuote. It checks no signature; Check does.
func ReadSoftware(b []byte) (Shown, error) {
	q, err := software.ParseQuote(b)
	if err != nil {
		return Shown{}, refuseQuote(err)
	}
	if err := q.CheckMode(); err != nil {
		return Shown{}, refuseQuote(err)
	}
	s := Shown{Platform: PLATFORM_SOFTWARE, Data: q.Data, Measurement: q.Measurement[:]}
	s.check = func(at int64) (Shown, error) {
		if err := q.Verify(software.Root, at); err != nil {
			return s, refuseQuote(err)
		}
		s.Machine, s.Expires, s.Level = q.Machine[:], q.End, Level{Software: q.Level}
		return s, nil
	}
	return s, nil
}

// toHash copies a hash into an array of its size. An absent hash becomes all zeroes.
func toHash(b []byte) (out [hashSize]byte) {
	copy(out[:], b)
	return out
}
