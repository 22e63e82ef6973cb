package tdx_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/tdx"
)

func read(t testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return b
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// collateral reads a sample's collateral, in the form in which Intel's service sends it.
func collateral(t testing.TB, name string) tdx.Collateral {
	var c map[string]string
	require.NoError(t, json.Unmarshal(read(t, name), &c))
	require.Equal(t, c["tcb_info_issuer_chain"], c["qe_identity_issuer_chain"])
	return tdx.Collateral{
		RootList: unhex(t, c["root_ca_crl"]), PlatformList: unhex(t, c["pck_crl"]), Signers: []byte(c["tcb_info_issuer_chain"]),
		Levels: []byte(c["tcb_info"]), LevelsSignature: [64]byte(unhex(t, c["tcb_info_signature"])),
		Enclave: []byte(c["qe_identity"]), EnclaveSignature: [64]byte(unhex(t, c["qe_identity_signature"])),
	}
}

var (
	v4At = time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC).Unix()
	v5At = time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC).Unix()
)

func verify(quote []byte, c tdx.Collateral, at int64) (tdx.Verdict, error) {
	q, err := tdx.ParseQuote(quote)
	if err != nil {
		return tdx.Verdict{}, err
	}
	return tdx.Verify(q, c, tdx.IntelRoot, at)
}

func TestVerifyVersion4(t *testing.T) {
	v, err := verify(read(t, "quote_v4"), collateral(t, "quote_v4_collateral.json"), v4At)
	require.NoError(t, err)
	require.True(t, v.UpToDate())
	require.Equal(t, "b0c06f000000", hex.EncodeToString(v.Family[:]))
	require.Equal(t, "91eb2b44d141d4ece09f0c75c2c53d247a3c68edd7fafe8a3520c942a604a407de03ae6dc5f87f27428b2538873118b7", hex.EncodeToString(v.Report.Measurement[:]))
	require.NotZero(t, v.Platform)
	require.EqualValues(t, 17, v.Evaluation)
	require.Equal(t, time.Date(2025, 7, 19, 10, 0, 35, 0, time.UTC).Unix(), v.Expires)
	require.NoError(t, v.Report.CheckMode())
}

// The fields of a second genuine quote are read. Its own collateral is not here, and that of another platform is refused.
func TestReport(t *testing.T) {
	b := bytes.TrimRight(read(t, "quote_v4_tail"), "\x00")
	_, err := tdx.ParseQuote(b)
	require.ErrorIs(t, err, tdx.ErrFormat, "its tail is not of zeroes")
	q, err := tdx.ParseQuote(b[:4935])
	require.NoError(t, err)
	for got, want := range map[*[48]byte]string{
		&q.Report.Measurement:  "6363b8043668a3ad953278e10389574d326c6749fb78aa810ecd9336923db86f22fc00b8dcd404bc10d5e119d7215cbb",
		&q.Report.Registers[0]: "2927da70461cd63266f43230cc1849c03ef25ebe490062a801d8fcc80af42976823adf08f833c1e50b51779c6593f32a",
		&q.Report.Registers[1]: "2c700b8ba9b85783f8be9fb9443647bdc0bb3c50747f06297cc6538c25a5f589c4b56d035c59107c6bc5800db2cacb61",
		&q.Report.Registers[2]: "8652f0caaba7e215ea442dc36a4499d8fec3362f3a0b2ca151cbe4b3e6466fe59c7368b3c2287fc7c3bf5c924eb4424e",
		&q.Report.Registers[3]: strings.Repeat("0", 96),
	} {
		require.Equal(t, want, hex.EncodeToString(got[:]))
	}
	require.Equal(t, "6c62dec1b8191749a31dab490be532a35944dea47caef1f980863993d9899545eb7406a38d1eed313b987a467dacead6f0c87a6d766c66f6f29f8acb281f1113", hex.EncodeToString(q.Report.Data[:]))
	require.Equal(t, "0000004000000000", hex.EncodeToString(q.Report.Attributes[:]))
	_, err = verify(b[:4935], collateral(t, "quote_v4_collateral.json"), v4At)
	require.Error(t, err, "another platform's collateral")
}

// A genuine quote of version 5 comes from a platform below every level. It is refused for its level alone.
func TestVerifyVersion5(t *testing.T) {
	_, err := verify(read(t, "quote_v5"), collateral(t, "quote_v5_collateral.json"), v5At)
	require.ErrorIs(t, err, tdx.ErrLevel)
}

func TestVerifyRefusesEveryByte(t *testing.T) {
	for name, at := range map[string]int64{"quote_v4": v4At, "quote_v5": v5At} {
		b, c := read(t, name), collateral(t, name+"_collateral.json")
		end := len(bytes.TrimRight(b, "\x00"))
		for i := range b {
			if name == "quote_v5" && i > 700 && i%16 != 0 {
				continue // what follows the report is as in version 4
			}
			if testing.Short() && i%97 != 0 {
				continue
			}
			b[i] ^= 1
			_, err := verify(b, c, at)
			require.Error(t, err, "%s: byte %d", name, i)
			require.NotErrorIs(t, err, tdx.ErrLevel, "%s: byte %d", name, i)
			if i >= end {
				require.ErrorIs(t, err, tdx.ErrFormat)
			}
			b[i] ^= 1
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	b := read(t, "quote_v4")
	good := func() tdx.Collateral { return collateral(t, "quote_v4_collateral.json") }
	const day = 86400
	for name, at := range map[string]int64{"40 days later": v4At + 40*day, "20 days earlier": v4At - 20*day} {
		_, err := verify(b, good(), at)
		require.True(t, errorsIsAny(err, certificate.ErrTime, tdx.ErrTime), "%s: %v", name, err)
	}
	_, err := verify(b, good(), 0)
	require.ErrorIs(t, err, tdx.ErrTime)
	for name, change := range map[string]func(*tdx.Collateral){
		"a forged status": func(c *tdx.Collateral) {
			c.Levels = bytes.Replace(c.Levels, []byte("OutOfDate"), []byte("UpToDate"), 1)
		},
		"a forged date": func(c *tdx.Collateral) {
			c.Levels = bytes.Replace(c.Levels, []byte("2025-07-19"), []byte("2099-07-19"), 1)
		},
		"a forged enclave": func(c *tdx.Collateral) { c.Enclave = bytes.Replace(c.Enclave, []byte("DC9E"), []byte("DC9F"), 1) },
		"the whole body": func(c *tdx.Collateral) {
			c.Levels = []byte(`{"tcbInfo":` + string(c.Levels) + `,"TCBINFO":` + string(c.Levels) + `}`)
		},
		"a space behind": func(c *tdx.Collateral) { c.Levels = append(c.Levels, ' ') },
		"exchanged": func(c *tdx.Collateral) {
			c.Levels, c.Enclave, c.LevelsSignature, c.EnclaveSignature = c.Enclave, c.Levels, c.EnclaveSignature, c.LevelsSignature
		},
		"other lists": func(c *tdx.Collateral) { c.RootList, c.PlatformList = c.PlatformList, c.RootList },
		"no list":     func(c *tdx.Collateral) { c.PlatformList = nil },
		"other platforms": func(c *tdx.Collateral) {
			o := collateral(t, "quote_v5_collateral.json")
			c.Levels, c.LevelsSignature = o.Levels, o.LevelsSignature
		},
		"signers":    func(c *tdx.Collateral) { c.Signers = append([]byte("x"), c.Signers...) },
		"no signers": func(c *tdx.Collateral) { c.Signers = nil },
	} {
		c := good()
		change(&c)
		_, err := verify(b, c, v4At)
		require.Error(t, err, name)
	}
	q, err := tdx.ParseQuote(b)
	require.NoError(t, err)
	_, err = tdx.Verify(q, good(), sha256.Sum256([]byte("another root")), v4At)
	require.ErrorIs(t, err, certificate.ErrChain)
}

// A quote whose inner length was changed is refused. At this length another library reads behind the end.
func TestParseQuoteRefusesWrongLengths(t *testing.T) {
	for name, size := range map[string]int{"quote_v4": 1219, "quote_v5": 1289, "quote_v4_tail": 1219} {
		b := read(t, name)
		for i := 600; i < 1300; i++ {
			for _, v := range []byte{0, 0x0f, 0x7f, 0xff} {
				c := bytes.Clone(b)
				c[i] = v
				if q, err := tdx.ParseQuote(c); err == nil {
					require.NotNil(t, q)
				}
			}
		}
		c := bytes.Clone(b)
		c[size] = 0x0f
		_, err := tdx.ParseQuote(c)
		require.ErrorIs(t, err, tdx.ErrFormat)
		for n := range b {
			_, _ = tdx.ParseQuote(b[:n])
		}
		for _, n := range []int{0, 47, 48, 600, 1000, 2000, 4000} {
			_, err := tdx.ParseQuote(b[:n])
			require.ErrorIs(t, err, tdx.ErrFormat)
		}
	}
	_, err := tdx.ParseQuote(make([]byte, tdx.MaxQuoteSize+1))
	require.ErrorIs(t, err, tdx.ErrFormat)
}

func TestCheckMode(t *testing.T) {
	for bit := range 64 {
		var r tdx.Report
		r.Attributes[bit/8] = 1 << (bit % 8)
		trusted := bit == 28 || bit == 30 || bit == 31
		require.Equal(t, trusted, r.CheckMode() == nil, "bit %d", bit)
	}
}

// TestVerdictsDependOnNothing runs tests of this package again in environments in which the standard library would read certificates in
// another way, or would trust other roots.
func TestVerdictsDependOnNothing(t *testing.T) {
	for name, env := range map[string][]string{
		"GODEBUG": {"GODEBUG=x509negativeserial=1,x509usepolicies=0,x509keypairleaf=0,rsa1024min=0,x509sha256skid=0,tlssha1=1,asynctimerchan=1"},
		"no pool": {"SSL_CERT_FILE=/dev/null", "SSL_CERT_DIR=/nonexistent", "TZ=Asia/Kathmandu"},
		"FIPS":    {"GODEBUG=fips140=on"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^(TestVerifyVersion4|TestVerifyVersion5|TestVerifyRefuses|TestMadeQuotes)$")
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
		require.Contains(t, string(out), "PASS")
	}
}

func FuzzParseQuote(f *testing.F) {
	for _, name := range []string{"quote_v4", "quote_v5", "quote_v4_tail"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if q, err := tdx.ParseQuote(b); err == nil {
			_ = q.Report.CheckMode()
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	quote, c := read(b, "quote_v4"), collateral(b, "quote_v4_collateral.json")
	for b.Loop() {
		if _, err := verify(quote, c, v4At); err != nil {
			b.Fatal(err)
		}
	}
}

func errorsIsAny(err error, any ...error) bool {
	for _, one := range any {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
