package software_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/software"
)

const end = 2_000_000_000

// maker makes quotes under a root of its own.
type maker struct {
	t            testing.TB
	root, device *ecdsa.PrivateKey
	modes        uint32
	end          int64
}

func newMaker(t testing.TB) *maker {
	m := &maker{t: t, end: end}
	for _, to := range []**ecdsa.PrivateKey{&m.root, &m.device} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		*to = key
	}
	return m
}

func (m *maker) point(key *ecdsa.PrivateKey) [64]byte {
	b, err := key.PublicKey.Bytes()
	require.NoError(m.t, err)
	return [64]byte(b[1:])
}

func (m *maker) sign(key *ecdsa.PrivateKey, message []byte) []byte {
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	require.NoError(m.t, err)
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

func (m *maker) quote() []byte {
	certificate := software.AppendCertificate(nil, [32]byte{1}, m.point(m.device), 4, m.end)
	quote := append(software.AppendHead(nil, m.modes, [32]byte{2}, [64]byte{3}), certificate...)
	quote = append(quote, m.sign(m.root, software.CertificateMessage(certificate))...)
	return append(quote, m.sign(m.device, quote)...)
}

func (m *maker) check(b []byte, at int64) error {
	q, err := software.ParseQuote(b)
	if err != nil {
		return err
	}
	return q.Verify(m.point(m.root), at)
}

func TestQuote(t *testing.T) {
	m := newMaker(t)
	b := m.quote()
	require.Len(t, b, software.QuoteSize)
	require.NoError(t, m.check(b, end))
	q, err := software.ParseQuote(b)
	require.NoError(t, err)
	require.Equal(t, []any{[32]byte{2}, [64]byte{3}, [32]byte{1}, m.point(m.device), uint32(4), int64(end)},
		[]any{q.Measurement, q.Data, q.Machine, q.Key, q.Level, q.End})
	require.NoError(t, q.CheckMode())
}

// A quote is refused when one bit of any byte is flipped: each byte is signed, fixed or part of a signature.
func TestQuoteRefusesEveryByte(t *testing.T) {
	m := newMaker(t)
	b := m.quote()
	for i := range b {
		b[i] ^= 1
		require.Error(t, m.check(b, 1_000_000_000), "byte %d", i)
		b[i] ^= 1
	}
	require.NoError(t, m.check(b, 1_000_000_000))
}

func TestQuoteRefuses(t *testing.T) {
	m := newMaker(t)
	b := m.quote()
	for _, wrong := range [][]byte{nil, b[1:], append(b[:len(b):len(b)], 0)} {
		require.ErrorIs(t, m.check(wrong, end), software.ErrFormat)
	}
	require.ErrorIs(t, m.check(b, end+1), software.ErrTime)
	require.ErrorIs(t, m.check(b, 0), software.ErrTime)
	other := newMaker(t)
	require.ErrorIs(t, other.check(b, end), software.ErrSignature, "under another root")
	q, err := software.ParseQuote(b)
	require.NoError(t, err)
	require.ErrorIs(t, q.Verify([64]byte{1}, end), software.ErrSignature, "a root that is no key")
	m.end = -1
	require.ErrorIs(t, m.check(m.quote(), end), software.ErrFormat)
	m.end = end
	for _, modes := range []uint32{software.ModeDebug, software.ModeMovable, 4, 1 << 31} {
		m.modes = modes
		q, err := software.ParseQuote(m.quote())
		require.NoError(t, err)
		require.ErrorIs(t, q.CheckMode(), software.ErrMode)
	}
}

func FuzzParseQuote(f *testing.F) {
	f.Add(newMaker(f).quote())
	f.Fuzz(func(t *testing.T, b []byte) {
		if q, err := software.ParseQuote(b); err == nil {
			_ = q.CheckMode()
			_ = q.Verify(software.Root, 1)
		}
	})
}
