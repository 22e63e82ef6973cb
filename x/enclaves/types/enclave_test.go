package types_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// sessionKey is the key of an enclave's session, of a seed.
func sessionKey(seed string) (*ecdsa.PrivateKey, []byte) {
	d := sha256.Sum256([]byte(seed))
	key := &ecdsa.PrivateKey{D: new(big.Int).SetBytes(d[:])}
	key.Curve = elliptic.P256()
	key.X, key.Y = key.Curve.ScalarBaseMult(d[:])
	public := append(key.X.FillBytes(make([]byte, 32)), key.Y.FillBytes(make([]byte, 32))...)
	return key, public
}

func someStatement() poco.Statement {
	return poco.Statement{
		ChainID: "credence-1", Task: [32]byte{5}, Attempt: 2, Who: "cred1bob", Kind: poco.EvidenceAttestation, App: [32]byte{6},
		Inputs: [32]byte{7}, Outcome: poco.Outcome{Kind: poco.KindResult, Digest: [32]byte{8}, Fuel: 9},
	}
}

// A signature shows the statement that it was made of under the session's key, and no other.
func TestCheckAnswer(t *testing.T) {
	key, public := sessionKey("enclave")
	session := types.Session{Key: public}
	sign := func(key *ecdsa.PrivateKey, s poco.Statement) (out [poco.SessionSignatureSize]byte) {
		digest := s.Digest()
		hashed := sha256.Sum256(digest[:])
		r, z, err := ecdsa.Sign(rand.Reader, key, hashed[:])
		require.NoError(t, err)
		r.FillBytes(out[:32])
		z.FillBytes(out[32:])
		return out
	}
	good := sign(key, someStatement())
	require.NoError(t, session.CheckAnswer(someStatement(), good))
	for name, change := range map[string]func(s *poco.Statement){
		"a thief's": func(s *poco.Statement) { s.Who = "cred1eve" }, "a proof": func(s *poco.Statement) { s.Kind = poco.EvidenceProof },
		"another attempt": func(s *poco.Statement) { s.Attempt++ }, "another result": func(s *poco.Statement) { s.Outcome.Digest[0]++ },
		"other fuel": func(s *poco.Statement) { s.Outcome.Fuel++ }, "other inputs": func(s *poco.Statement) { s.Inputs[0]++ },
	} {
		s := someStatement()
		change(&s)
		require.ErrorIs(t, session.CheckAnswer(s, good), types.ErrEvidence, name)
	}
	other, _ := sessionKey("another enclave")
	require.ErrorIs(t, session.CheckAnswer(someStatement(), sign(other, someStatement())), types.ErrEvidence)
	rapid.Check(t, func(t *rapid.T) {
		bad := good
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		require.ErrorIs(t, session.CheckAnswer(someStatement(), bad), types.ErrEvidence)
	})
	session.Key = public[1:]
	require.ErrorIs(t, session.CheckAnswer(someStatement(), good), types.ErrInvalid)
}

func TestReadKey(t *testing.T) {
	_, public := sessionKey("enclave")
	_, err := types.ReadKey(public)
	require.NoError(t, err)
	off := append([]byte{}, public...)
	off[63] ^= 1
	for name, key := range map[string][]byte{
		"nothing": nil, "cut": public[:63], "a tail": append(append([]byte{}, public...), 0), "off the curve": off, "the point at infinity": make([]byte, 64),
		"beyond the field": []byte(strings.Repeat("\xff", 64)),
	} {
		_, err := types.ReadKey(key)
		require.ErrorIs(t, err, types.ErrInvalid, name)
	}
}

func TestValidateSession(t *testing.T) {
	_, public := sessionKey("enclave")
	good := types.Session{
		Worker: "w", Key: public, Organisation: "lab", Platform: types.PLATFORM_SEV_SNP, Machine: ids.Format([32]byte{1}), Measurement: ids.Format([32]byte{2}),
		Registered: 5, UntilHeight: 5,
	}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(s *types.Session){
		"no key":                 func(s *types.Session) { s.Key = nil },
		"a machine in words":     func(s *types.Session) { s.Machine = "server" },
		"no measurement":         func(s *types.Session) { s.Measurement = "" },
		"no platform":            func(s *types.Session) { s.Platform = types.PLATFORM_UNSPECIFIED },
		"a platform to come":     func(s *types.Session) { s.Platform = 99 },
		"nobody's":               func(s *types.Session) { s.Organisation = "" },
		"before the chain":       func(s *types.Session) { s.Registered = -1 },
		"an end before it":       func(s *types.Session) { s.UntilHeight = 4 },
		"a time before 1970":     func(s *types.Session) { s.UntilTime = -1 },
		"a version of two bytes": func(s *types.Session) { s.Level.Versions = &types.Versions{Microcode: 256} },
	} {
		s := good
		change(&s)
		require.ErrorIs(t, s.Validate(), types.ErrInvalid, name)
	}
}

// The id of a measurement is the hash of its platform and its value: the same bytes of two platforms are two.
func TestMeasurementIsNamedByItsValue(t *testing.T) {
	for platform, size := range map[types.Platform]int{types.PLATFORM_TDX: 192, types.PLATFORM_SEV_SNP: 48, types.PLATFORM_SOFTWARE: 32} {
		value := make([]byte, size)
		m, err := types.NewMeasurement(platform, value)
		require.NoError(t, err)
		require.NoError(t, m.Validate())
		value[0] = 1
		require.Zero(t, m.Value[0], "the measurement has bytes of its own")
		other, err := types.NewMeasurement(platform, value)
		require.NoError(t, err)
		require.NotEqual(t, m.Id, other.Id)
		m.Id = other.Id
		require.ErrorIs(t, m.Validate(), types.ErrInvalid)
		for _, wrong := range []int{0, size - 1, size + 1} {
			_, err := types.NewMeasurement(platform, make([]byte, wrong))
			require.ErrorIs(t, err, types.ErrInvalid)
		}
	}
}

func TestValidateMeasurements(t *testing.T) {
	list := func(n int) (out []string) {
		for i := range n {
			out = append(out, ids.Format([32]byte{byte(i)}))
		}
		return out
	}
	require.NoError(t, types.ValidateMeasurements(nil))
	require.NoError(t, types.ValidateMeasurements(list(types.MaxMeasurements)))
	two := list(2)
	for name, bad := range map[string][]string{
		"too many": list(types.MaxMeasurements + 1), "twice": {two[0], two[0]}, "out of order": {two[1], two[0]}, "in words": {"tdx"},
		"in capitals": {strings.ToUpper(ids.Format([32]byte{0xab}))},
	} {
		require.ErrorIs(t, types.ValidateMeasurements(bad), types.ErrInvalid, name)
	}
}

func TestFreezeVoteCounts(t *testing.T) {
	vote := types.FreezeVote{Height: 100}
	require.True(t, vote.Counts(109, 10))
	require.False(t, vote.Counts(110, 10))
}

// TestMeasurements: the id is of the platform and the value; a version lists a few of them, sorted.
func TestMeasurements(t *testing.T) {
	m, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, make([]byte, 48))
	require.NoError(t, err)
	require.NoError(t, m.Validate())
	require.Equal(t, ids.Format(poco.MeasurementID(2, make([]byte, 48))), m.Id)
	m.Value[3]++
	require.ErrorIs(t, m.Validate(), types.ErrInvalid)
	for _, size := range []int{0, 47, 49, 192} {
		_, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, make([]byte, size))
		require.ErrorIs(t, err, types.ErrInvalid)
	}
	a, b := ids.Format([32]byte{1}), ids.Format([32]byte{2})
	require.NoError(t, types.ValidateMeasurements(nil))
	require.NoError(t, types.ValidateMeasurements([]string{a, b}))
	for _, bad := range [][]string{{b, a}, {a, a}, {"x"}, make([]string, types.MaxMeasurements+1)} {
		require.ErrorIs(t, types.ValidateMeasurements(bad), types.ErrInvalid)
	}
}

// TestCheckTime: a session counts below a height and up to a moment.
func TestCheckTime(t *testing.T) {
	s := types.Session{UntilHeight: 10, UntilTime: 100}
	require.NoError(t, s.CheckTime(9, 100))
	require.ErrorIs(t, s.CheckTime(10, 100), types.ErrExpired)
	require.ErrorIs(t, s.CheckTime(9, 101), types.ErrExpired)
}
