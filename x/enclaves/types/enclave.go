package types

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// Bounds of the records.
const (
	// MaxReason bounds a reason, in bytes.
	MaxReason = 200
	// MaxDescription bounds the description of an image, in bytes.
	MaxDescription = 512
	// MaxMeasurements is how many measurements a version of an app may list at most.
	MaxMeasurements = 8
	// MaxImages is how many measurements the council may list for one runtime at most.
	MaxImages = 16
	// MaxSessions is how many sessions of a worker are stored at most.
	MaxSessions = 4
)

// hashSize is the size of roots and ids, in bytes.
const hashSize = 32

// measurementSizes are the sizes of the values that each platform measures, in bytes.
var measurementSizes = map[Platform]int{PLATFORM_TDX: 4 * 48, PLATFORM_SEV_SNP: 48, PLATFORM_SOFTWARE: 32}

// NewMeasurement returns the measurement, with its id, of a value that a platform measured: ErrInvalid.
func NewMeasurement(platform Platform, value []byte) (Measurement, error) {
	size, known := measurementSizes[platform]
	if !known {
		return Measurement{}, ErrInvalid.Wrapf("platform: got %s, expected %s, %s or %s", platform, PLATFORM_TDX, PLATFORM_SEV_SNP, PLATFORM_SOFTWARE)
	}
	if len(value) != size {
		return Measurement{}, ErrInvalid.Wrapf("value: got %d bytes, expected the %d that %s measures", len(value), size, platform)
	}
	return Measurement{Id: ids.Format(poco.MeasurementID(uint8(platform), value)), Platform: platform, Value: bytes.Clone(value)}, nil
}

// Validate checks a measurement by itself; ErrInvalid.
func (m Measurement) Validate() error {
	want, err := NewMeasurement(m.Platform, m.Value)
	if err == nil && m.Id != want.Id {
		err = ErrInvalid.Wrapf("measurement: id: got %.80q, expected %s, which its value hashes to", m.Id, want.Id)
	}
	return err
}

// ValidateReason checks the reason of a freeze; ErrInvalid.
func ValidateReason(reason string) error {
	return validateText("reason", reason, MaxReason)
}

func validateText(name, text string, most int) error {
	if strings.TrimSpace(text) == "" || len(text) > most || !utf8.ValidString(text) {
		return ErrInvalid.Wrapf("%s: got %d bytes, expected 1 to %d of text", name, len(text), most)
	}
	return nil
}

// ValidateSubject checks the id of a machine or a measurement; ErrInvalid.
func ValidateSubject(name, id string) error {
	if _, err := ids.Parse(id); err != nil {
		return ErrInvalid.Wrapf("%s: %s", name, err)
	}
	return nil
}

// ValidateMeasurements checks the list of a version of an app: at most MaxMeasurements ids, sorted, each once.
func ValidateMeasurements(list []string) error {
	if len(list) > MaxMeasurements {
		return ErrInvalid.Wrapf("measurements: got %d, expected at most %d", len(list), MaxMeasurements)
	}
	for i, id := range list {
		if err := ValidateSubject("measurements", id); err != nil {
			return err
		}
		if i > 0 && list[i-1] >= id {
			return ErrInvalid.Wrapf("measurements: expected each once, sorted, got %s after %s", id, list[i-1])
		}
	}
	return nil
}

// Validate checks an image by itself; ErrInvalid.
func (i Image) Validate() error {
	if _, err := contract.FindRuntime(i.Runtime); err != nil {
		return ErrInvalid.Wrap(err.Error())
	}
	if err := ValidateSubject("measurement", i.Measurement); err != nil {
		return err
	}
	if i.ActiveFrom < 0 {
		return ErrInvalid.Wrapf("active_from of %s: got %d, expected a height", i.Measurement, i.ActiveFrom)
	}
	return validateText("description", i.Description, MaxDescription)
}

// Validate checks a machine by itself; ErrInvalid.
func (m Machine) Validate() error {
	if err := ValidateSubject("machine", m.Id); err != nil {
		return err
	}
	if measurementSizes[m.Platform] == 0 || m.Organisation == "" || m.Height < 0 {
		return ErrInvalid.Wrapf("machine %s: got %s of %q at height %d, expected a platform, an organisation and a height", m.Id, m.Platform, m.Organisation, m.Height)
	}
	return nil
}

// ReadKey reads a session's key. It returns ErrInvalid unless the key is a point of P-256.
func ReadKey(key []byte) (*certificate.Key, error) {
	if len(key) != poco.SessionKeySize {
		return nil, ErrInvalid.Wrapf("key: got %d bytes, expected %d", len(key), poco.SessionKeySize)
	}
	k, err := certificate.NewP256Key([poco.SessionKeySize]byte(key))
	if err != nil {
		return nil, ErrInvalid.Wrap("key: no point of P-256")
	}
	return k, nil
}

// Validate checks a session by itself; ErrInvalid.
func (s Session) Validate() error {
	if _, err := ReadKey(s.Key); err != nil {
		return err
	}
	if err := ValidateSubject("machine", s.Machine); err != nil {
		return err
	}
	if err := ValidateSubject("measurement", s.Measurement); err != nil {
		return err
	}
	if measurementSizes[s.Platform] == 0 || s.Organisation == "" || s.Registered < 0 || s.UntilHeight < s.Registered || s.UntilTime < 0 {
		return ErrInvalid.Wrapf("session of %s: got %s of %q from %d to %d, until %d, expected a platform, an organisation and times in order",
			s.Worker, s.Platform, s.Organisation, s.Registered, s.UntilHeight, s.UntilTime)
	}
	if v := s.Level.Versions; v != nil && !v.valid() {
		return ErrInvalid.Wrapf("level of the session of %s: expected versions of at most 255", s.Worker)
	}
	return nil
}

// CheckTime returns ErrExpired when a session's time is over, at a height and a time in Unix seconds.
func (s Session) CheckTime(height, at int64) error {
	switch {
	case height >= s.UntilHeight:
		return ErrExpired.Wrapf("it counted below height %d, this is %d", s.UntilHeight, height)
	case at > s.UntilTime:
		return ErrExpired.Wrapf("what vouches for its machine ended at %d, it is %d", s.UntilTime, at)
	}
	return nil
}

// SplitEvidence reads the key and the signature that come with an answer. It returns ErrEvidence for evidence of another size.
func SplitEvidence(evidence []byte) (key []byte, signature [poco.SessionSignatureSize]byte, err error) {
	if len(evidence) != poco.AttestationSize {
		return nil, signature, ErrEvidence.Wrapf("got %d bytes, expected %d", len(evidence), poco.AttestationSize)
	}
	return evidence[:poco.SessionKeySize:poco.SessionKeySize], [poco.SessionSignatureSize]byte(evidence[poco.SessionKeySize:]), nil
}

// CheckAnswer returns ErrEvidence unless the signature of the statement is that of the session's key.
func (s Session) CheckAnswer(statement poco.Statement, signature [poco.SessionSignatureSize]byte) error {
	key, err := ReadKey(s.Key)
	if err != nil {
		return err
	}
	digest := statement.Digest()
	if key.CheckP256(digest[:], signature) != nil {
		return ErrEvidence.Wrapf("expected a signature of the statement %x", digest)
	}
	return nil
}

// Counts says whether the vote counts at a height.
func (v FreezeVote) Counts(height, voteBlocks int64) bool { return height < v.Height+voteBlocks }
