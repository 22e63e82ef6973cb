package sevsnp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/sevsnp"
)

// signedAt is a moment at which the sample's chain is valid.
var signedAt = time.Date(2022, 9, 24, 1, 0, 0, 0, time.UTC).Unix()

// milanRoot is SHA-256 of AMD's root for Milan, as the sample has it.
const milanRoot = "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"

func read(t testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return b
}

func parse(t testing.TB, der []byte) *certificate.Certificate {
	c, err := certificate.Parse(der)
	require.NoError(t, err)
	return c
}

// sample is a genuine report with its chain.
func sample(t testing.TB) ([]byte, sevsnp.Chain) {
	ask, rest := pem.Decode(read(t, "ask_ark.pem"))
	ark, _ := pem.Decode(rest)
	return read(t, "report"), sevsnp.Chain{VCEK: parse(t, read(t, "vcek.der")), ASK: parse(t, ask.Bytes), ARK: parse(t, ark.Bytes)}
}

// check verifies a sample as far as it goes without a revocation list, of which there is no genuine one here.
func check(report []byte, c sevsnp.Chain, at int64) error {
	r, err := sevsnp.ParseReport(report)
	if err != nil {
		return err
	}
	if err := c.Verify(sha256.Sum256(c.ARK.Raw), at); err != nil {
		return err
	}
	return r.CheckKey(c.VCEK)
}

func TestSample(t *testing.T) {
	b, c := sample(t)
	root := sha256.Sum256(c.ARK.Raw)
	require.Equal(t, milanRoot, hex.EncodeToString(root[:]))
	require.NoError(t, check(b, c, signedAt))
	r, err := sevsnp.ParseReport(b)
	require.NoError(t, err)
	require.Equal(t, "b07af9620f3b839b47996422ddec6058338951d984e312115131ea82705eaf5b6bdf8a9ece31a5a608eb0cf2e4872b01", hex.EncodeToString(r.Measurement[:]))
	require.Equal(t, byte(5), r.Data[4])
	require.EqualValues(t, 0xb0000, r.Policy)
	require.Equal(t, sevsnp.TCB{BootLoader: 2, TEE: 0, SNP: 5, Microcode: 0x44}, r.Reported)
	require.ErrorIs(t, r.CheckMode(), sevsnp.ErrMode, "the sample may be debugged")
}

func TestSampleRefuses(t *testing.T) {
	b, c := sample(t)
	for i := range b {
		if testing.Short() && i%97 != 0 {
			continue
		}
		b[i] ^= 1
		require.Error(t, check(b, c, signedAt), "byte %d", i)
		b[i] ^= 1
	}
	for _, year := range []int{-5, 8} {
		require.ErrorIs(t, check(b, c, time.Unix(signedAt, 0).AddDate(year, 0, 0).Unix()), certificate.ErrTime)
	}
	require.ErrorIs(t, check(b, c, 0), sevsnp.ErrTime)
	for _, n := range []int{1, 2000} {
		require.ErrorIs(t, check(append(b[:len(b):len(b)], make([]byte, n)...), c, signedAt), sevsnp.ErrFormat)
	}
	require.ErrorIs(t, check(b[:len(b)-1], c, signedAt), sevsnp.ErrFormat)
	require.ErrorIs(t, check(nil, c, signedAt), sevsnp.ErrFormat)
	require.ErrorIs(t, c.Verify([32]byte{}, signedAt), certificate.ErrChain)
}

// maker makes chips: an AMD of its own.
type maker struct {
	ark, ask       *rsa.PrivateKey
	arkDER, askDER []byte
	vcek           *ecdsa.PrivateKey
	chip           []byte
}

// newMaker is slow: it makes two RSA keys of 4096 bits.
var newMaker = sync.OnceValues(func() (*maker, error) {
	m := &maker{chip: slices.Repeat([]byte{7}, 64)}
	var err error
	if m.ark, err = rsa.GenerateKey(rand.Reader, 4096); err != nil {
		return nil, err
	}
	if m.ask, err = rsa.GenerateKey(rand.Reader, 4096); err != nil {
		return nil, err
	}
	if m.vcek, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader); err != nil {
		return nil, err
	}
	ark := authority("ARK", 1)
	if m.arkDER, err = x509.CreateCertificate(rand.Reader, ark, ark, &m.ark.PublicKey, m.ark); err != nil {
		return nil, err
	}
	m.askDER, err = x509.CreateCertificate(rand.Reader, authority("ASK", 2), ark, &m.ask.PublicKey, m.ark)
	return m, err
})

func authority(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(signedAt-1000, 0), NotAfter: time.Unix(signedAt+1000, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
}

// vcekFor issues a chip's certificate for versions.
func (m *maker) vcekFor(t testing.TB, tcb sevsnp.TCB) *certificate.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "SEV-VCEK"}, NotBefore: time.Unix(signedAt-1000, 0), NotAfter: time.Unix(signedAt+1000, 0),
		SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
	add := func(value []byte, id ...int) {
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: append(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 3704, 1}, id...), Value: value})
	}
	for id, v := range map[int]uint8{1: tcb.BootLoader, 2: tcb.TEE, 3: tcb.SNP, 8: tcb.Microcode} {
		value, err := asn1.Marshal(int(v))
		require.NoError(t, err)
		add(value, 3, id)
	}
	add(m.chip, 4)
	parent, err := x509.ParseCertificate(m.askDER)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &m.vcek.PublicKey, m.ask)
	require.NoError(t, err)
	return parse(t, der)
}

func (m *maker) list(t testing.TB, serials ...int64) *certificate.RevocationList {
	template := &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Unix(signedAt-100, 0), NextUpdate: time.Unix(signedAt+100, 0), SignatureAlgorithm: x509.SHA384WithRSAPSS,
	}
	for _, s := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: time.Unix(signedAt-50, 0)})
	}
	ark, err := x509.ParseCertificate(m.arkDER)
	require.NoError(t, err)
	der, err := x509.CreateRevocationList(rand.Reader, template, ark, m.ark)
	require.NoError(t, err)
	l, err := certificate.ParseRevocationList(der)
	require.NoError(t, err)
	return l
}

// report makes and signs a report; change changes it before.
func (m *maker) report(t testing.TB, version uint32, change func([]byte)) []byte {
	b := make([]byte, sevsnp.ReportSize)
	binary.LittleEndian.PutUint32(b, version)
	binary.LittleEndian.PutUint64(b[8:], 1<<17)
	binary.LittleEndian.PutUint32(b[0x34:], 1)
	if version == 3 {
		b[0x188] = 0x19
	}
	b[0x180], b[0x186] = 4, 9
	copy(b[0x1a0:], m.chip)
	change(b)
	digest := sha512.Sum384(b[:0x2a0])
	r, s, err := ecdsa.Sign(rand.Reader, m.vcek, digest[:])
	require.NoError(t, err)
	for i, n := range []*big.Int{r, s} {
		field := n.FillBytes(make([]byte, 72))
		slices.Reverse(field)
		copy(b[0x2a0+72*i:], field)
	}
	return b
}

func TestVerify(t *testing.T) {
	if testing.Short() {
		t.Skip("makes RSA keys of 4096 bits")
	}
	m, err := newMaker()
	require.NoError(t, err)
	c := sevsnp.Chain{VCEK: m.vcekFor(t, sevsnp.TCB{BootLoader: 4, SNP: 9}), ASK: parse(t, m.askDER), ARK: parse(t, m.arkDER)}
	root := sha256.Sum256(m.arkDER)
	for _, version := range []uint32{2, 3} {
		r, err := sevsnp.ParseReport(m.report(t, version, func([]byte) {}))
		require.NoError(t, err)
		require.NoError(t, r.CheckMode())
		require.NoError(t, sevsnp.Verify(r, c, m.list(t), root, signedAt))
		require.NoError(t, sevsnp.Verify(r, c, m.list(t, 3), root, signedAt), "the list is the root's: it names authorities")
		require.ErrorIs(t, sevsnp.Verify(r, c, m.list(t, 2), root, signedAt), certificate.ErrRevoked)
		require.ErrorIs(t, sevsnp.Verify(r, c, m.list(t), root, signedAt+200), certificate.ErrTime)
		older := c
		older.VCEK = m.vcekFor(t, sevsnp.TCB{BootLoader: 4, SNP: 8})
		require.ErrorIs(t, sevsnp.Verify(r, older, m.list(t), root, signedAt), sevsnp.ErrChip)
		swapped := c
		swapped.ASK, swapped.ARK = c.ARK, c.ASK
		require.Error(t, sevsnp.Verify(r, swapped, m.list(t), root, signedAt))
		_, genuine := sample(t)
		mixed := c
		mixed.ASK, mixed.ARK = genuine.ASK, genuine.ARK
		require.Error(t, sevsnp.Verify(r, mixed, m.list(t), sha256.Sum256(genuine.ARK.Raw), signedAt))
	}
}

// Every part of the policy, the level and the format that is not trusted is refused, though it is signed.
func TestModes(t *testing.T) {
	if testing.Short() {
		t.Skip("makes RSA keys of 4096 bits")
	}
	m, err := newMaker()
	require.NoError(t, err)
	policy := func(v uint64) func([]byte) { return func(b []byte) { binary.LittleEndian.PutUint64(b[8:], v) } }
	for name, change := range map[string]func([]byte){
		"debug": policy(1<<17 | 1<<19), "migration": policy(1<<17 | 1<<18), "reserved bit": policy(0), "unknown bit": policy(1<<17 | 1<<26),
		"level": func(b []byte) { b[0x30] = 1 },
	} {
		r, err := sevsnp.ParseReport(m.report(t, 2, change))
		require.NoError(t, err, name)
		require.ErrorIs(t, r.CheckMode(), sevsnp.ErrMode, name)
	}
	for name, change := range map[string]func([]byte){
		"version": func(b []byte) { b[0] = 5 }, "algorithm": func(b []byte) { b[0x34] = 2 }, "VLEK": func(b []byte) { b[0x48] = 1 << 2 },
		"hidden chip": func(b []byte) { b[0x48] = 2 }, "TCB": func(b []byte) { b[0x182] = 1 },
	} {
		_, err := sevsnp.ParseReport(m.report(t, 2, change))
		require.ErrorIs(t, err, sevsnp.ErrFormat, name)
	}
	_, err = sevsnp.ParseReport(m.report(t, 3, func(b []byte) { b[0x188] = 0x1a }))
	require.ErrorIs(t, err, sevsnp.ErrFormat)
}

func TestReaches(t *testing.T) {
	least := sevsnp.TCB{BootLoader: 1, TEE: 2, SNP: 3, Microcode: 4}
	require.True(t, least.Reaches(least))
	for _, lower := range []sevsnp.TCB{{0, 9, 9, 9}, {9, 1, 9, 9}, {9, 9, 2, 9}, {9, 9, 9, 3}} {
		require.False(t, lower.Reaches(least))
	}
}

// TestVerdictsDependOnNothing runs the sample's tests again where the standard library would check in another way.
func TestVerdictsDependOnNothing(t *testing.T) {
	for _, env := range []string{"GODEBUG=x509negativeserial=1,x509usepolicies=0,rsa1024min=0", "GODEBUG=fips140=on", "SSL_CERT_FILE=/dev/null"} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestSample$")
		cmd.Env = append(os.Environ(), env)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", env, out)
		require.Contains(t, string(out), "PASS")
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add(read(f, "report"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := sevsnp.ParseReport(b); err == nil {
			_ = r.CheckMode()
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	report, c := sample(b)
	r, err := sevsnp.ParseReport(report)
	require.NoError(b, err)
	root := sha256.Sum256(c.ARK.Raw)
	b.Run("chain", func(b *testing.B) {
		for b.Loop() {
			if err := c.Verify(root, signedAt); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("report", func(b *testing.B) {
		for b.Loop() {
			if err := r.CheckKey(c.VCEK); err != nil {
				b.Fatal(err)
			}
		}
	})
}
