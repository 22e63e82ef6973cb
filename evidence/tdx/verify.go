package tdx

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/credence-chain/credence/evidence/certificate"
)

// IntelRoot is SHA-256 of the certificate of Intel's root authority, which is valid until the end of 2049.
var IntelRoot = mustDigest("44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3")

func mustDigest(s string) (out [32]byte) {
	if n, err := hex.Decode(out[:], []byte(s)); err != nil || n != len(out) {
		panic("tdx: a digest in this file is none")
	}
	return out
}

// Names of the certificate of a platform's key and of the key that signs collateral. Both chains end at the same root, so the names
// tell which is which.
const (
	namePlatform   = "Intel SGX PCK Certificate"
	nameCollateral = "Intel SGX TCB Signing"
)

// Verdict is the content of a genuine quote and Intel's rating of its platform. The caller must judge it: Verify also returns
// verdicts on platforms that are out of date, and on trust domains that may be debugged.
type Verdict struct {
	Report Report
	// Platform names the machine; each machine has one name.
	Platform [16]byte
	// Family (FMSPC) is the family of the processor.
	Family [6]byte
	// PlatformStatus, ModuleStatus and EnclaveStatus are Intel's ratings of microcode and firmware, of the TDX module and of the
	// quoting enclave.
	PlatformStatus, ModuleStatus, EnclaveStatus Status
	// Evaluation is the lower one of the collateral's evaluation numbers, which Intel raises with each recovery.
	Evaluation uint64
	// Expires is the last moment at which all of this is valid, in Unix seconds.
	Expires int64
}

// UpToDate says whether Intel asks for no action on any part.
func (v Verdict) UpToDate() bool {
	return v.PlatformStatus == UpToDate && v.ModuleStatus == UpToDate && v.EnclaveStatus == UpToDate
}

// authorities is the content of verified collateral.
type authorities struct {
	root, platform *certificate.RevocationList
	levels         levels
	enclave        enclave
	expires        int64
}

// lowerEnd sets an end to an earlier time, never to a later one.
func lowerEnd(end *int64, to int64) { *end = min(*end, to) }

// Verify checks a quote against collateral, a pinned root (IntelRoot) and a time in Unix seconds, which must not be zero.
func Verify(q *Quote, c Collateral, root [32]byte, at int64) (Verdict, error) {
	if at <= 0 {
		return Verdict{}, fmt.Errorf("%w: no time", ErrTime)
	}
	if name := q.chain[0].CommonName(); name != namePlatform {
		return Verdict{}, fmt.Errorf("%w: the quote is of %.40q, expected %q", ErrFormat, name, namePlatform)
	}
	platform, err := readPlatform(q.chain[0])
	if err != nil {
		return Verdict{}, err
	}
	if err := certificate.CheckChain(q.chain, pckCertificates, root, at); err != nil {
		return Verdict{}, err
	}
	a, err := c.verifyChain(q.chain, root, at)
	if err != nil {
		return Verdict{}, err
	}
	if err := q.CheckKeys(q.chain[0].Key); err != nil {
		return Verdict{}, err
	}
	v := Verdict{Report: q.Report, Platform: platform.id, Family: platform.family, Evaluation: min(a.levels.evaluation, a.enclave.evaluation), Expires: a.expires}
	return v, v.judgeQuote(q, platform, a)
}

// verifyChain checks the collateral itself, and that it does not revoke the platform's certificate.
func (c Collateral) verifyChain(chain []*certificate.Certificate, root [32]byte, at int64) (a authorities, err error) {
	leaf := chain[0]
	if a, err = c.verifyAuthorities(chain[1], chain[2], root, at); err != nil {
		return a, err
	}
	if err := a.platform.CheckNotRevoked(leaf); err != nil {
		return a, fmt.Errorf("the platform authority's list: %w", err)
	}
	lowerEnd(&a.expires, leaf.NotAfter)
	return a, nil
}

// verifyAuthorities checks the collateral for a platform authority and a root, both of which were checked before.
func (c Collateral) verifyAuthorities(authority, top *certificate.Certificate, root [32]byte, at int64) (a authorities, err error) {
	a.expires = min(authority.NotAfter, top.NotAfter)
	signers, err := readPEM(c.Signers, 2)
	if err != nil {
		return a, err
	}
	if err := certificate.CheckChain(signers, 2, root, at); err != nil {
		return a, err
	}
	if name := signers[0].CommonName(); name != nameCollateral || !signers[0].MaySign() {
		return a, fmt.Errorf("%w: signed by %.40q, expected %q", ErrCollateral, name, nameCollateral)
	}
	lowerEnd(&a.expires, signers[0].NotAfter)
	if a.root, err = readList(c.RootList, top, at, authority, signers[0]); err != nil {
		return a, fmt.Errorf("the root's list: %w", err)
	}
	if a.platform, err = readList(c.PlatformList, authority, at); err != nil {
		return a, fmt.Errorf("the platform authority's list: %w", err)
	}
	lowerEnd(&a.expires, min(a.root.NextUpdate, a.platform.NextUpdate))
	return a, c.readTexts(&a, signers[0], at)
}

// readTexts reads the two signed texts.
func (c Collateral) readTexts(a *authorities, signer *certificate.Certificate, at int64) error {
	o, err := readSigned(signer, c.Levels, c.LevelsSignature)
	if err != nil {
		return err
	}
	if a.levels, err = readLevels(o); err != nil {
		return err
	}
	if o, err = readSigned(signer, c.Enclave, c.EnclaveSignature); err != nil {
		return err
	}
	if a.enclave, err = readEnclave(o); err != nil {
		return err
	}
	for _, p := range []period{a.levels.period, a.enclave.period} {
		if err := p.checkTime(at); err != nil {
			return err
		}
		lowerEnd(&a.expires, p.to)
	}
	return nil
}

// readList reads and checks a revocation list. It refuses if the list names one of the issued certificates.
func readList(der []byte, authority *certificate.Certificate, at int64, issued ...*certificate.Certificate) (*certificate.RevocationList, error) {
	l, err := certificate.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	if err := l.Check(authority, at); err != nil {
		return nil, err
	}
	for _, c := range issued {
		if err := l.CheckNotRevoked(c); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// judgeQuote fills in Intel's ratings of the quoting enclave, the module and the platform.
func (v *Verdict) judgeQuote(q *Quote, p platform, a authorities) error {
	if a.levels.platform != p.family || a.levels.pce != p.pce {
		return fmt.Errorf("%w: TCB info of family %x, the platform's is %x", ErrCollateral, a.levels.platform, p.family)
	}
	var err error
	if v.EnclaveStatus, err = a.enclave.judgeReport(q.enclave); err != nil {
		return err
	}
	skip, err := v.judgeModule(a.levels)
	if err != nil {
		return err
	}
	for _, l := range a.levels.levels {
		if reachesAll(p.svn[:], l.platform[:]) && p.pceVersion >= l.pce && reachesAll(v.Report.SVN[skip:], l.module[skip:]) {
			v.PlatformStatus = l.status
			return nil
		}
	}
	return ErrLevel
}

// judgeModule rates the TDX module. From its second major version on the module has levels of its own. The first two components of
// the platform's levels, which are the module's version, are then skipped.
func (v *Verdict) judgeModule(l levels) (skip int, err error) {
	signer, attributes := l.signer, l.attributes
	v.ModuleStatus = UpToDate
	if major := v.Report.SVN[1]; major > 0 {
		m, found := l.findModule(major)
		if !found {
			return 0, fmt.Errorf("%w: module of major version %d", ErrIdentity, major)
		}
		signer, attributes, skip = m.signer, m.attributes, 2
		if v.ModuleStatus, found = findVersion(m.levels, uint64(v.Report.SVN[0])); !found {
			return 0, ErrLevel
		}
	}
	if !bytes.Equal(signer, v.Report.ModuleSigner[:]) || !attributes.fitsBytes(v.Report.ModuleAttributes[:]) {
		return 0, fmt.Errorf("%w: module", ErrIdentity)
	}
	return skip, nil
}

// judgeReport rates the quoting enclave by its report.
func (e enclave) judgeReport(report []byte) (Status, error) {
	misc := []byte{report[19], report[18], report[17], report[16]}
	if !e.misc.fitsBytes(misc) || !e.attributes.fitsBytes(report[48:64]) || !bytes.Equal(e.signer, report[128:160]) ||
		uint64(binary.LittleEndian.Uint16(report[256:])) != e.product {
		return "", fmt.Errorf("%w: quoting enclave", ErrIdentity)
	}
	status, found := findVersion(e.levels, uint64(binary.LittleEndian.Uint16(report[258:])))
	if !found {
		return "", ErrLevel
	}
	return status, nil
}

// reachesAll says whether each version is at least the wanted one.
func reachesAll(have, want []byte) bool {
	for i := range want {
		if have[i] < want[i] {
			return false
		}
	}
	return true
}
