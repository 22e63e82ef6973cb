package tlsfile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(secret)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	at := time.Now().Add(time.Duration(serial) * time.Minute) // the file system's times may be coarse
	require.NoError(t, os.Chtimes(cert, at, at))
}

// A renewed certificate is served. If the new file cannot be read, the old certificate stays.
func TestRenewal(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	_, err := Config(cert, key)
	require.ErrorContains(t, err, "cert.pem")
	write(t, cert, key, 1)
	p := &pair{certFile: cert, keyFile: key}
	require.NoError(t, p.loadPair())
	serial := func() int64 {
		p.looked = time.Time{}
		c, err := p.getCertificate(nil)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		require.NoError(t, err)
		return leaf.SerialNumber.Int64()
	}
	require.EqualValues(t, 1, serial())
	write(t, cert, key, 2)
	require.EqualValues(t, 2, serial())
	require.NoError(t, os.WriteFile(cert, []byte("half"), 0o600))
	require.EqualValues(t, 2, serial())
}
