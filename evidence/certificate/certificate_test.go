package certificate_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
)

var now = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// node is a certificate with its key.
type node struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func key(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return k
}

// issue makes a certificate that the parent signs. A root signs itself.
func issue(t testing.TB, name string, authority bool, parent *node, change func(*x509.Certificate)) *node {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 1, 0),
		BasicConstraintsValid: true, IsCA: authority, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if authority {
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	if change != nil {
		change(c)
	}
	n := &node{key: key(t, elliptic.P256())}
	if parent == nil {
		parent = &node{cert: c, key: n.key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent.cert, &n.key.PublicKey, parent.key)
	require.NoError(t, err)
	n.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return n
}

func chain(t testing.TB, nodes ...*node) (out []*certificate.Certificate) {
	for _, n := range nodes {
		c, err := certificate.Parse(n.cert.Raw)
		require.NoError(t, err)
		out = append(out, c)
	}
	return out
}

func check(t testing.TB, at time.Time, nodes ...*node) error {
	return certificate.CheckChain(chain(t, nodes...), len(nodes), sha256.Sum256(nodes[len(nodes)-1].cert.Raw), at.Unix())
}

func TestParse(t *testing.T) {
	n := issue(t, "Some Name", true, nil, nil)
	c, err := certificate.Parse(n.cert.Raw)
	require.NoError(t, err)
	require.Equal(t, "Some Name", c.CommonName())
	require.Equal(t, n.cert.NotBefore.Unix(), c.NotBefore)
	require.Equal(t, n.cert.NotAfter.Unix(), c.NotAfter)
	require.Equal(t, n.cert.SerialNumber.Bytes(), c.Serial)
	require.Equal(t, n.cert.RawSubject, c.Subject)
	require.True(t, c.Authority)
	require.True(t, c.Key.IsP256())
	require.False(t, c.MaySign())
}

// The samples of other packages hold genuine certificates. The parser reads the same fields of each as the standard library.
func TestSamples(t *testing.T) {
	for _, der := range samples(t) {
		want, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		c, err := certificate.Parse(der)
		require.NoError(t, err)
		require.Equal(t, want.Subject.CommonName, c.CommonName())
		require.Equal(t, want.NotAfter.Unix(), c.NotAfter)
		require.Equal(t, want.IsCA, c.Authority)
		require.Equal(t, want.RawIssuer, c.Issuer)
	}
}

func samples(t testing.TB) (out [][]byte) {
	for _, file := range []string{"../sevsnp/testdata/ask_ark.pem", "../tdx/testdata/quote_v4"} {
		rest, err := os.ReadFile(file)
		require.NoError(t, err)
		rest = rest[bytes.Index(rest, []byte("-----BEGIN")):]
		for {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			out = append(out, block.Bytes)
		}
	}
	der, err := os.ReadFile("../sevsnp/testdata/vcek.der")
	require.NoError(t, err)
	out = append(out, der)
	require.Equal(t, 6, len(out))
	return out
}

func TestCheckChain(t *testing.T) {
	root := issue(t, "Root", true, nil, nil)
	middle := issue(t, "Middle", true, root, nil)
	leaf := issue(t, "Leaf", false, middle, nil)
	require.NoError(t, check(t, now, leaf, middle, root))
	require.NoError(t, check(t, leaf.cert.NotAfter, leaf, middle, root), "the last moment counts")
	require.ErrorIs(t, check(t, leaf.cert.NotAfter.Add(time.Second), leaf, middle, root), certificate.ErrTime)
	require.ErrorIs(t, check(t, leaf.cert.NotBefore.Add(-time.Second), leaf, middle, root), certificate.ErrTime)
	require.ErrorIs(t, check(t, now, leaf, root), certificate.ErrChain)
	require.ErrorIs(t, check(t, now, middle, root), certificate.ErrChain, "an authority is no leaf")
	all := chain(t, leaf, middle, root)
	require.ErrorIs(t, certificate.CheckChain(all, 3, [32]byte{}, now.Unix()), certificate.ErrChain)
	require.ErrorIs(t, certificate.CheckChain(all, 4, sha256.Sum256(root.cert.Raw), now.Unix()), certificate.ErrChain)
	require.ErrorIs(t, certificate.CheckChain(nil, 0, [32]byte{}, now.Unix()), certificate.ErrChain)
}

func TestCheckChainRefuses(t *testing.T) {
	root := issue(t, "Root", true, nil, nil)
	middle := issue(t, "Middle", true, root, nil)
	for name, c := range map[string]struct {
		leaf, middle, root *node
		want               error
	}{
		"another's name": {issue(t, "Leaf", false, issue(t, "Other", true, root, nil), nil), middle, root, certificate.ErrChain},
		"another key":    {issue(t, "Leaf", false, issue(t, "Middle", true, root, nil), nil), middle, root, certificate.ErrSignature},
		"no authority":   {nil, issue(t, "Middle", false, root, nil), root, certificate.ErrChain},
		"no certificates": {nil, issue(t, "Middle", true, root, func(c *x509.Certificate) {
			c.KeyUsage = x509.KeyUsageCRLSign
		}), root, certificate.ErrChain},
		"middle ended": {nil, issue(t, "Middle", true, root, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Hour) }), root, certificate.ErrTime},
	} {
		if c.leaf == nil {
			c.leaf = issue(t, "Leaf", false, c.middle, nil)
		}
		require.ErrorIs(t, check(t, now, c.leaf, c.middle, c.root), c.want, name)
	}
	short := issue(t, "Root", true, nil, func(c *x509.Certificate) { c.MaxPathLenZero = true })
	between := issue(t, "Middle", true, short, nil)
	require.ErrorIs(t, check(t, now, issue(t, "Leaf", false, between, nil), between, short), certificate.ErrChain)
	require.NoError(t, check(t, now, issue(t, "Leaf", false, short, nil), short))
}

func TestParseRefuses(t *testing.T) {
	good := issue(t, "Leaf", false, nil, nil).cert.Raw
	for name, der := range map[string][]byte{
		"nothing": nil, "shorter": good[:len(good)-1], "longer": append(good[:len(good):len(good)], 0), "too long": make([]byte, certificate.MaxSize+1),
	} {
		_, err := certificate.Parse(der)
		require.ErrorIs(t, err, certificate.ErrFormat, name)
	}
	critical := issue(t, "Leaf", false, nil, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	})
	_, err := certificate.Parse(critical.cert.Raw)
	require.ErrorIs(t, err, certificate.ErrFormat)
	p224 := key(t, elliptic.P224())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now, NotAfter: now, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &p224.PublicKey, p224)
	require.NoError(t, err)
	_, err = certificate.Parse(der)
	require.ErrorIs(t, err, certificate.ErrFormat, "P-224")
}

// A certificate with one flipped bit is refused: by its form, its chain or its signature.
func TestEveryFlippedBit(t *testing.T) {
	root := issue(t, "Root", true, nil, nil)
	leaf := issue(t, "Leaf", false, root, nil)
	top := chain(t, root)[0]
	der := leaf.cert.Raw
	for i := range 8 * len(der) {
		der[i/8] ^= 1 << (i % 8)
		if c, err := certificate.Parse(der); err == nil {
			require.Error(t, certificate.CheckChain([]*certificate.Certificate{c, top}, 2, sha256.Sum256(root.cert.Raw), now.Unix()), "bit %d", i)
		}
		der[i/8] ^= 1 << (i % 8)
	}
	require.NoError(t, check(t, now, leaf, root))
}

func list(t testing.TB, by *node, change func(*x509.RevocationList)) *certificate.RevocationList {
	l := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour)}
	if change != nil {
		change(l)
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, by.cert, by.key)
	require.NoError(t, err)
	out, err := certificate.ParseRevocationList(der)
	require.NoError(t, err)
	_, err = certificate.ParseRevocationList(append(der, 0))
	require.ErrorIs(t, err, certificate.ErrFormat)
	_, err = certificate.ParseRevocationList(der[:len(der)-1])
	require.ErrorIs(t, err, certificate.ErrFormat)
	return out
}

func TestRevocationList(t *testing.T) {
	root := issue(t, "Root", true, nil, nil)
	other := issue(t, "Root", true, nil, nil)
	leaf := issue(t, "Leaf", false, root, nil)
	c, top := chain(t, leaf)[0], chain(t, root)[0]

	empty := list(t, root, nil)
	require.NoError(t, empty.Check(top, now.Unix()))
	require.NoError(t, empty.CheckNotRevoked(c))
	require.ErrorIs(t, empty.Check(top, now.Add(2*time.Hour).Unix()), certificate.ErrTime)
	require.ErrorIs(t, empty.Check(top, now.Add(-2*time.Hour).Unix()), certificate.ErrTime)
	require.ErrorIs(t, empty.Check(chain(t, other)[0], now.Unix()), certificate.ErrSignature)
	require.ErrorIs(t, empty.Check(c, now.Unix()), certificate.ErrChain)
	stranger := issue(t, "Leaf", false, issue(t, "Stranger", true, nil, nil), nil)
	require.ErrorIs(t, empty.CheckNotRevoked(chain(t, stranger)[0]), certificate.ErrChain)

	full := list(t, root, func(l *x509.RevocationList) {
		for _, n := range []int64{1, 4, 1 << 40} {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: now, ReasonCode: 1})
		}
	})
	require.NoError(t, full.Check(top, now.Unix()))
	require.ErrorIs(t, full.CheckNotRevoked(c), certificate.ErrRevoked, "serial number 4")
	require.NoError(t, full.CheckNotRevoked(chain(t, issue(t, "Other leaf", false, root, nil))[0]))

	critical := &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: now, NextUpdate: now,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: []byte{0x30, 0}}},
	}
	der, err := x509.CreateRevocationList(rand.Reader, critical, root.cert, root.key)
	require.NoError(t, err)
	_, err = certificate.ParseRevocationList(der)
	require.ErrorIs(t, err, certificate.ErrFormat, "a list of a part of the authority")
	_, err = certificate.ParseRevocationList(make([]byte, certificate.MaxListSize+1))
	require.ErrorIs(t, err, certificate.ErrFormat)
}

func FuzzParse(f *testing.F) {
	for _, der := range samples(f) {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if c, err := certificate.Parse(der); err == nil {
			c.CommonName()
			_ = c.CheckIssuedBy(c)
		}
	})
}

func FuzzParseRevocationList(f *testing.F) {
	root := issue(f, "Root", true, nil, nil)
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: now, NextUpdate: now,
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(5), RevocationTime: now, ReasonCode: 1}},
	}, root.cert, root.key)
	require.NoError(f, err)
	f.Add(der)
	top := chain(f, root)[0]
	f.Fuzz(func(t *testing.T, der []byte) {
		if l, err := certificate.ParseRevocationList(der); err == nil {
			_ = l.Check(top, now.Unix())
		}
	})
}

// BenchmarkSignatures measures what one check of a signature costs, as a yardstick.
func BenchmarkSignatures(b *testing.B) {
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384()} {
		k := key(b, curve)
		digest := sha256.Sum256([]byte("a message"))
		signature, err := ecdsa.SignASN1(rand.Reader, k, digest[:])
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if !ecdsa.VerifyASN1(&k.PublicKey, digest[:], signature) {
					b.Fatal("refused")
				}
			}
		})
	}
}
