package sevsnp_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/sevsnp"
	"github.com/credence-chain/credence/testutil/amd"
)

// signedAt is a moment at which the sample's chain is valid.
var signedAt = time.Date(2022, 9, 24, 1, 0, 0, 0, time.UTC).Unix()

// milanRoot is the SHA-256 of AMD's root for Milan, as the sample holds it.
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

// sample returns a genuine report with its chain.
func sample(t testing.TB) ([]byte, sevsnp.Chain) {
	ask, rest := pem.Decode(read(t, "ask_ark.pem"))
	ark, _ := pem.Decode(rest)
	return read(t, "report"), sevsnp.Chain{VCEK: parse(t, read(t, "vcek.der")), ASK: parse(t, ask.Bytes), ARK: parse(t, ark.Bytes)}
}

// check verifies a report and its chain without a revocation list. There is no genuine list here.
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

// newMaker makes one maker for all tests. It is slow, since it makes two RSA keys of 4096 bits.
var newMaker = sync.OnceValues(func() (*amd.Maker, error) { return amd.New(time.Unix(signedAt, 0)) })

// vcekOf returns a made certificate of the chip for these versions.
func vcekOf(t testing.TB, m *amd.Maker, tcb sevsnp.TCB) *certificate.Certificate {
	der, err := m.VCEK(tcb.BootLoader, tcb.TEE, tcb.SNP, tcb.Microcode)
	require.NoError(t, err)
	return parse(t, der)
}

// listOf returns a made revocation list of these serial numbers.
func listOf(t testing.TB, m *amd.Maker, serials ...int64) *certificate.RevocationList {
	der, err := m.List(0, serials...)
	require.NoError(t, err)
	l, err := certificate.ParseRevocationList(der)
	require.NoError(t, err)
	return l
}

// reportOf returns a made report of the current versions. change edits it before it is signed.
func reportOf(t testing.TB, m *amd.Maker, version uint32, change func([]byte)) []byte {
	b, err := m.Report(version, func(b []byte) {
		b[0x180], b[0x186] = 4, 9
		change(b)
	})
	require.NoError(t, err)
	return b
}

func TestVerify(t *testing.T) {
	if testing.Short() {
		t.Skip("makes RSA keys of 4096 bits")
	}
	m, err := newMaker()
	require.NoError(t, err)
	c := sevsnp.Chain{VCEK: vcekOf(t, m, sevsnp.TCB{BootLoader: 4, SNP: 9}), ASK: parse(t, m.ASKDER), ARK: parse(t, m.ARKDER)}
	root := m.RootHash()
	for _, version := range []uint32{2, 3} {
		r, err := sevsnp.ParseReport(reportOf(t, m, version, func([]byte) {}))
		require.NoError(t, err)
		require.NoError(t, r.CheckMode())
		require.NoError(t, sevsnp.Verify(r, c, listOf(t, m), root, signedAt))
		require.NoError(t, sevsnp.Verify(r, c, listOf(t, m, 3), root, signedAt), "the list is the root's: it names authorities")
		require.ErrorIs(t, sevsnp.Verify(r, c, listOf(t, m, 2), root, signedAt), certificate.ErrRevoked)
		require.ErrorIs(t, sevsnp.Verify(r, c, listOf(t, m), root, signedAt+40*86400), certificate.ErrTime)
		older := c
		older.VCEK = vcekOf(t, m, sevsnp.TCB{BootLoader: 4, SNP: 8})
		require.ErrorIs(t, sevsnp.Verify(r, older, listOf(t, m), root, signedAt), sevsnp.ErrChip)
		swapped := c
		swapped.ASK, swapped.ARK = c.ARK, c.ASK
		require.Error(t, sevsnp.Verify(r, swapped, listOf(t, m), root, signedAt))
		_, genuine := sample(t)
		mixed := c
		mixed.ASK, mixed.ARK = genuine.ASK, genuine.ARK
		require.Error(t, sevsnp.Verify(r, mixed, listOf(t, m), sha256.Sum256(genuine.ARK.Raw), signedAt))
	}
}

// A report with an untrusted policy, level or format is refused, although it is signed.
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
		r, err := sevsnp.ParseReport(reportOf(t, m, 2, change))
		require.NoError(t, err, name)
		require.ErrorIs(t, r.CheckMode(), sevsnp.ErrMode, name)
	}
	for name, change := range map[string]func([]byte){
		"version": func(b []byte) { b[0] = 5 }, "algorithm": func(b []byte) { b[0x34] = 2 }, "VLEK": func(b []byte) { b[0x48] = 1 << 2 },
		"hidden chip": func(b []byte) { b[0x48] = 2 }, "TCB": func(b []byte) { b[0x182] = 1 },
	} {
		_, err := sevsnp.ParseReport(reportOf(t, m, 2, change))
		require.ErrorIs(t, err, sevsnp.ErrFormat, name)
	}
	_, err = sevsnp.ParseReport(reportOf(t, m, 3, func(b []byte) { b[0x188] = 0x1a }))
	require.ErrorIs(t, err, sevsnp.ErrFormat)
}

func TestReaches(t *testing.T) {
	least := sevsnp.TCB{BootLoader: 1, TEE: 2, SNP: 3, Microcode: 4}
	require.True(t, least.Reaches(least))
	for _, lower := range []sevsnp.TCB{{0, 9, 9, 9}, {9, 1, 9, 9}, {9, 9, 2, 9}, {9, 9, 9, 3}} {
		require.False(t, lower.Reaches(least))
	}
}

// TestVerdictsDependOnNothing runs the sample's test again in environments in which the standard library would check in another way.
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
