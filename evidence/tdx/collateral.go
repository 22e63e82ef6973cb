package tdx

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/internal/strictjson"
	"github.com/credence-chain/credence/evidence/internal/utc"
)

// Collateral is Intel's signed information about platforms, as its service sends it.
type Collateral struct {
	// RootList and PlatformList are the revocation lists of the root and of the platform authority, in DER.
	RootList, PlatformList []byte
	// Signers are two certificates in PEM: the key that signs the two texts below, and the root.
	Signers []byte
	// Levels is the TCB info: the exact bytes that were signed.
	Levels          []byte
	LevelsSignature [64]byte
	// Enclave is the identity of the quoting enclave: the exact bytes that were signed.
	Enclave          []byte
	EnclaveSignature [64]byte
}

// Status is Intel's rating of a level.
type Status string

// The states, from Intel's specification. Only UpToDate asks for no action.
const (
	UpToDate                          Status = "UpToDate"
	SWHardeningNeeded                 Status = "SWHardeningNeeded"
	ConfigurationNeeded               Status = "ConfigurationNeeded"
	ConfigurationAndSWHardeningNeeded Status = "ConfigurationAndSWHardeningNeeded"
	OutOfDate                         Status = "OutOfDate"
	OutOfDateConfigurationNeeded      Status = "OutOfDateConfigurationNeeded"
	Revoked                           Status = "Revoked"
)

var statuses = []Status{
	UpToDate, SWHardeningNeeded, ConfigurationNeeded, ConfigurationAndSWHardeningNeeded, OutOfDate, OutOfDateConfigurationNeeded, Revoked,
}

// Limits of the lists in collateral.
const (
	maxLevels  = 64
	maxModules = 16
	components = 16
)

// period is the time in which a text is valid.
type period struct{ from, to int64 }

func readPeriod(o strictjson.Object) (p period, err error) {
	if p.from, err = utc.ParseText(o.String("issueDate")); err != nil {
		return p, fmt.Errorf("%w: issueDate: %w", ErrFormat, err)
	}
	if p.to, err = utc.ParseText(o.String("nextUpdate")); err != nil {
		return p, fmt.Errorf("%w: nextUpdate: %w", ErrFormat, err)
	}
	return p, nil
}

func (p period) checkTime(at int64) error {
	if at < p.from || at > p.to {
		return fmt.Errorf("%w: it is %d, the text is for %d to %d", ErrTime, at, p.from, p.to)
	}
	return nil
}

// masked is a value of which only the bits in the mask matter.
type masked struct{ value, mask []byte }

func (m masked) fitsBytes(b []byte) bool {
	if len(b) != len(m.mask) {
		return false
	}
	for i := range b {
		if b[i]&m.mask[i] != m.value[i]&m.mask[i] {
			return false
		}
	}
	return true
}

// level is a row of least versions, and Intel's rating of a platform that reaches them.
type level struct {
	platform, module [components]byte
	pce              uint64
	version          uint64 // of an enclave or a module
	status           Status
}

// levels is the TCB info of one family of platforms.
type levels struct {
	period
	evaluation uint64
	platform   [6]byte // FMSPC
	pce        [2]byte
	signer     []byte
	attributes masked
	modules    []module
	levels     []level
}

// module is Intel's information about a major version of the TDX module.
type module struct {
	id         string
	signer     []byte
	attributes masked
	levels     []level
}

// enclave is Intel's information about the quoting enclave.
type enclave struct {
	period
	evaluation uint64
	misc       masked
	attributes masked
	signer     []byte
	product    uint64
	levels     []level
}

// readSigned checks a text's signature before it reads the text, and reads exactly the bytes that were signed.
func readSigned(signer *certificate.Certificate, body []byte, signature [64]byte) (strictjson.Object, error) {
	if err := signer.Key.CheckP256(body, signature); err != nil {
		return strictjson.Object{}, fmt.Errorf("%w: under the collateral", ErrSignature)
	}
	o, err := strictjson.Parse(body)
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return o, nil
}

// readStatus reads a state. A state that is not known here counts as the worst.
func readStatus(o strictjson.Object) Status {
	s := Status(o.String("tcbStatus"))
	for _, known := range statuses {
		if s == known {
			return s
		}
	}
	return Revoked
}

// readSVN reads the versions of the components.
func readSVN(o strictjson.Object, name string) (out [components]byte, err error) {
	list := o.Objects(name, components)
	if len(list) != components {
		return out, fmt.Errorf("%w: %s, expected %d", ErrFormat, name, components)
	}
	for i, c := range list {
		out[i] = byte(c.Uint("svn", 8))
		c.Skip("category", "type")
		c.Close()
	}
	return out, nil
}

// readVersions reads the levels of an enclave or a module, each of which has one version.
func readVersions(o strictjson.Object) (out []level) {
	for _, one := range o.Objects("tcbLevels", maxLevels) {
		tcb := one.Object("tcb")
		out = append(out, level{version: tcb.Uint("isvsvn", 16), status: readStatus(one)})
		tcb.Close()
		one.Skip("tcbDate", "advisoryIDs")
		one.Close()
	}
	return out
}

// readPlatforms reads the levels of platforms.
func readPlatforms(o strictjson.Object) (out []level, err error) {
	for _, one := range o.Objects("tcbLevels", maxLevels) {
		tcb := one.Object("tcb")
		l := level{pce: tcb.Uint("pcesvn", 16), status: readStatus(one)}
		if l.platform, err = readSVN(tcb, "sgxtcbcomponents"); err != nil {
			return nil, err
		}
		if l.module, err = readSVN(tcb, "tdxtcbcomponents"); err != nil {
			return nil, err
		}
		tcb.Close()
		one.Skip("tcbDate", "advisoryIDs")
		one.Close()
		out = append(out, l)
	}
	return out, nil
}

func readMasked(o strictjson.Object, name string, size int) masked {
	return masked{o.Hex(name, size), o.Hex(name+"Mask", size)}
}

// readLevels reads the TCB info, version 3, of TDX.
func readLevels(o strictjson.Object) (l levels, err error) {
	if id, version := o.String("id"), o.Uint("version", 8); id != "TDX" || version != 3 {
		return l, fmt.Errorf("%w: TCB info %.8q of version %d, expected \"TDX\" of version 3", ErrCollateral, id, version)
	}
	if l.period, err = readPeriod(o); err != nil {
		return l, err
	}
	l.evaluation = o.Uint("tcbEvaluationDataNumber", 32)
	copy(l.platform[:], o.Hex("fmspc", 6))
	copy(l.pce[:], o.Hex("pceId", 2))
	if kind := o.Uint("tcbType", 8); kind != 0 {
		return l, fmt.Errorf("%w: tcbType %d, expected 0", ErrFormat, kind)
	}
	old := o.Object("tdxModule")
	l.signer, l.attributes = old.Hex("mrsigner", 48), readMasked(old, "attributes", 8)
	old.Close()
	if o.Has("tdxModuleIdentities") {
		for _, one := range o.Objects("tdxModuleIdentities", maxModules) {
			l.modules = append(l.modules, module{
				id: one.String("id"), signer: one.Hex("mrsigner", 48), attributes: readMasked(one, "attributes", 8), levels: readVersions(one),
			})
			one.Close()
		}
	}
	if l.levels, err = readPlatforms(o); err != nil {
		return l, err
	}
	o.Close()
	return l, wrapFormat(o.Err())
}

// readEnclave reads the identity of TDX's quoting enclave, version 2.
func readEnclave(o strictjson.Object) (e enclave, err error) {
	if id, version := o.String("id"), o.Uint("version", 8); id != "TD_QE" || version != 2 {
		return e, fmt.Errorf("%w: identity %.8q of version %d, expected \"TD_QE\" of version 2", ErrCollateral, id, version)
	}
	if e.period, err = readPeriod(o); err != nil {
		return e, err
	}
	e.evaluation = o.Uint("tcbEvaluationDataNumber", 32)
	e.misc, e.attributes = readMasked(o, "miscselect", 4), readMasked(o, "attributes", 16)
	e.signer, e.product = o.Hex("mrsigner", 32), o.Uint("isvprodid", 16)
	e.levels = readVersions(o)
	o.Close()
	return e, wrapFormat(o.Err())
}

func wrapFormat(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}

// findModule returns Intel's information about a major version of the module.
func (l levels) findModule(version byte) (module, bool) {
	id := "TDX_" + strings.ToUpper(hex.EncodeToString([]byte{version}))
	for _, m := range l.modules {
		if m.id == id {
			return m, true
		}
	}
	return module{}, false
}

// findVersion returns the status of the first level that a version reaches. The levels are sorted downwards.
func findVersion(list []level, version uint64) (Status, bool) {
	for _, l := range list {
		if version >= l.version {
			return l.status, true
		}
	}
	return "", false
}
