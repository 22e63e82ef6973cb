package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/tlsfile"
	"github.com/credence-chain/credence/secret"
)

// Time limits of the server, so that a slow client holds no connection for long.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	queryTimeout = 5 * time.Second
)

// startFlags are the flags of the server.
type startFlags struct {
	home
	connect              connect.Flags
	listen, url          string
	certificate, privKey string
	plain                bool
}

func startCmd() *cobra.Command {
	var s startFlags
	cmd := &cobra.Command{
		Use: "start", Short: "Give keys to the workers and court seats that the chain has drawn, until stopped", PersistentPreRunE: cli.NoPrepare, Args: cli.Exactly(),
		Long: `Give keys to the workers and court seats that the chain has drawn, until stopped. Every request is looked up on the chain through the
nodes named, which are believed: name your own. Each release and each refusal is a line of releases.log in --home; without it no key is given.`,
		Example: `  credenced agent start --url https://keys.example.org --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --node 127.0.0.1:9090
  credenced agent start --url http://127.0.0.1:7300 --listen 127.0.0.1:7300`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.check(); err != nil {
				return err
			}
			return connect.WithLink(cmd, &s.connect, func(ctx context.Context, l *connect.Link) error {
				return s.serve(ctx, cmd, l.Conn)
			})
		},
	}
	f := cmd.Flags()
	s.home.addFlags(f)
	s.addPassphrase(f)
	s.connect.AddChain(f)
	f.StringVar(&s.listen, "listen", "127.0.0.1:7300", "address to listen at")
	f.StringVar(&s.url, "url", "", "base URL under which workers reach the agent, as the sealed files name it")
	f.StringVar(&s.certificate, "tls-cert", "", "certificate for TLS, PEM; read anew when it changes")
	f.StringVar(&s.privKey, "tls-key", "", "private key of the certificate, PEM")
	f.BoolVar(&s.plain, "behind-proxy", false, "serve without TLS on an address that others can reach: a proxy in front has TLS")
	return cmd
}

func (s *startFlags) check() error {
	if err := secret.CheckAgent(s.url); err != nil {
		return &cli.Problem{What: "--url: " + err.Error(), Exit: cli.ExitUsage}
	}
	if (s.certificate == "") != (s.privKey == "") {
		return &cli.Problem{What: "--tls-cert and --tls-key go together", Exit: cli.ExitUsage}
	}
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return &cli.Problem{What: fmt.Sprintf("--listen %q: expected HOST:PORT", s.listen), Exit: cli.ExitUsage}
	}
	ip := net.ParseIP(host)
	if s.certificate == "" && !s.plain && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return &cli.Problem{
			What: fmt.Sprintf("--listen %s can be reached by others, and there is no TLS", s.listen), Next: "give --tls-cert and --tls-key, or --behind-proxy", Exit: cli.ExitUsage,
		}
	}
	return nil
}

func (s *startFlags) serve(ctx context.Context, cmd *cobra.Command, conn *client.Conn) error {
	identity, err := ReadIdentity(s.identityPath(), s.passphrase)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.logPath(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	mux := http.NewServeMux()
	mux.Handle(release.Path, &release.Server{
		ChainID: conn.ChainID(), URL: s.url, Chain: chainOf(conn), Sessions: sessionsOf(conn), Roster: rosterOf(conn), Vault: release.Owner{Records: s.records(), Identity: identity}, Note: (&releaseLog{file: log}).write,
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Handler: mux, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if s.certificate != "" {
		if server.TLSConfig, err = tlsfile.Config(s.certificate, s.privKey); err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "gives keys at %s (%s) for %s\n", s.url, listener.Addr(), conn.ChainID())
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), readTimeout)
		defer cancel()
		_ = server.Shutdown(last)
	}()
	if server.TLSConfig != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// releaseLog writes a line for each request for a key.
type releaseLog struct {
	mu   sync.Mutex
	file *os.File
}

// write writes a line. The line of a request that is granted is synced to disk before write returns.
func (l *releaseLog) write(e release.Entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err = l.file.Write(append(text, '\n')); err == nil && e.Given {
		err = l.file.Sync()
	}
	return err
}
