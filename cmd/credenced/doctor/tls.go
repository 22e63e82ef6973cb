package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// leastValid is how long a certificate has to be valid still. Renewing it takes people, and clients refuse it from one moment to the next.
const leastValid = 7 * 24 * time.Hour

// secured is a service that the node serves with TLS as well.
type secured struct{ name, address string }

// readSecured returns the services that app.toml sets up with TLS.
func readSecured(application *viper.Viper) (out []secured) {
	for _, name := range []string{"gRPC", "REST", "RPC"} {
		if address := application.GetString("tls." + strings.ToLower(name)); address != "" {
			out = append(out, secured{name, address})
		}
	}
	return out
}

// checkTLS makes a TLS connection to each of these services and looks at the certificate. Who signed it is for clients to judge.
func (n *node) checkTLS(ctx context.Context) (string, error) {
	if n.comet == nil {
		return "", errNoConfig
	}
	if len(n.secured) == 0 {
		return "none: app.toml has no section [tls]", nil
	}
	var up []string
	for _, s := range n.secured {
		until, err := validUntil(ctx, s.address)
		if err != nil {
			return "", fmt.Errorf("%s at %s: %w", s.name, s.address, err)
		}
		if left := time.Until(until); left < leastValid {
			return "", fmt.Errorf("%s at %s: the certificate is valid until %s, expected at least %s more: renew the files, the node reads them anew",
				s.name, s.address, until.UTC().Format(time.RFC3339), leastValid)
		}
		up = append(up, fmt.Sprintf("%s %s until %s", s.name, s.address, until.UTC().Format(time.DateOnly)))
	}
	return strings.Join(up, ", "), nil
}

// validUntil returns the end of the certificate that a service presents.
func validUntil(ctx context.Context, address string) (time.Time, error) {
	u, err := url.Parse(localAddress(address))
	if err != nil {
		return time.Time{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}} //nolint:gosec // only the end of the certificate is read
	conn, err := dialer.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return time.Time{}, err
	}
	defer conn.Close()
	certs := conn.(*tls.Conn).ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return time.Time{}, errors.New("it presents no certificate")
	}
	return certs[0].NotAfter, nil
}
