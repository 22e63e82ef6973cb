// Package tlsfile serves TLS from a certificate in files that are renewed while the server runs.
package tlsfile

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// Config returns a server's configuration with the certificate chain and the key of two PEM files. It reads the files again when they
// change, at most once a second. While new files cannot be read, the server goes on with the old ones.
func Config(certFile, keyFile string) (*tls.Config, error) {
	p := &pair{certFile: certFile, keyFile: keyFile}
	if err := p.loadPair(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: p.getCertificate}, nil
}

type pair struct {
	certFile, keyFile string

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	cert    *tls.Certificate
}

func (p *pair) loadPair() error {
	changed, err := newestTime(p.certFile, p.keyFile)
	if err != nil {
		return fmt.Errorf("TLS: %w", err)
	}
	cert, err := tls.LoadX509KeyPair(p.certFile, p.keyFile)
	if err != nil {
		return fmt.Errorf("TLS: certificate %s with key %s: %w", p.certFile, p.keyFile, err)
	}
	p.cert, p.changed = &cert, changed
	return nil
}

func (p *pair) getCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) > time.Second {
		p.looked = time.Now()
		if changed, err := newestTime(p.certFile, p.keyFile); err == nil && !changed.Equal(p.changed) {
			_ = p.loadPair() // the old one serves on
		}
	}
	return p.cert, nil
}

func newestTime(files ...string) (out time.Time, err error) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return out, err
		}
		if info.ModTime().After(out) {
			out = info.ModTime()
		}
	}
	return out, nil
}
