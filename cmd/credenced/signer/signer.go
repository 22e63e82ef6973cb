// Package signer has the command that keeps a validator's consensus key on a machine of its own, and signs for the validator's node over
// CometBFT's protocol for remote signers. The node has no copy of the key. The signer keeps what the key signed last beside it, and so
// never signs two different blocks of one height, whatever the node asks for.
package signer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/privval"
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
)

const (
	// answerWithin is how long it may take to make a connection, or to read a message.
	answerWithin = 5 * time.Second
	// dialEvery is the pause before the node is dialled again. It is short because a starting node waits only three seconds for its signer.
	dialEvery = 300 * time.Millisecond
)

// signer holds the flags of "signer".
type signer struct {
	home, chainID, node string
	passphrase          keyfile.Source // opens an encrypted key
}

// Command returns the command "signer".
func Command() *cobra.Command {
	var s signer
	var passphraseFile string
	cmd := &cobra.Command{
		Use: "signer", Short: "Sign blocks for a validator's node on another machine",
		Long: `Sign blocks for a validator's node, with the consensus key of this machine: --home has config/priv_validator_key.json and
data/priv_validator_state.json, as "credenced seat-keys" makes them. The node listens for its signer where "credenced network join
--signer-listen" says, and starts once it is there; it has no copy of the key.

The state says what the key signed last. The signer does not sign another block of that height, and does not start without the state:
with an older one, or with a copy of the key on another machine, two blocks of one height could be signed, and the seat be lost.
The connection is encrypted, but whoever reaches the node's port can pretend to be its signer and keep the real one out: let no one but the
signer reach it. The key may be encrypted (credenced key encrypt).`,
		Example: "  credenced signer --chain-id amber-1 --node tcp://10.0.0.5:26659 --home /var/lib/signer",
		Args:    cobra.NoArgs,
		// this command neither reads nor writes a node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.passphrase = keyfile.NewSource(passphraseFile)
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return s.serve(ctx, log.NewTMLogger(log.NewSyncWriter(cmd.ErrOrStderr())))
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.home, "home", "", "folder with the key and its state")
	f.StringVar(&s.chainID, "chain-id", "", "the chain's name; blocks of another are not signed")
	f.StringVar(&s.node, "node", "", "where the node listens for its signer: tcp://HOST:PORT")
	f.StringVar(&passphraseFile, keyfile.Flag, "", keyfile.Usage)
	for _, name := range []string{"home", "chain-id", "node"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

// serve signs whatever the node asks for until the context ends.
func (s signer) serve(ctx context.Context, logger log.Logger) error {
	dial, err := s.newDialer()
	if err != nil {
		return err
	}
	release, err := lockFolder(filepath.Join(s.home, "data", "signer.lock"))
	if err != nil {
		return err
	}
	defer release()
	key, err := s.loadKey()
	if err != nil {
		return err
	}
	endpoint := privval.NewSignerDialerEndpoint(logger, dialAnew(ctx, dial),
		privval.SignerDialerEndpointTimeoutReadWrite(answerWithin), privval.SignerDialerEndpointRetryWaitInterval(dialEvery),
		// The node may be away for a long time. By default the signer would silently give up after ten tries, and its process would stay alive.
		privval.SignerDialerEndpointConnRetries(math.MaxInt))
	server := privval.NewSignerServer(endpoint, s.chainID, key)
	if err := server.Start(); err != nil {
		return fmt.Errorf("--node %s: %w", s.node, err)
	}
	logger.Info("signing", "node", s.node, "chain", s.chainID, "validator", key.GetAddress())
	<-ctx.Done()
	return server.Stop()
}

// dialAnew wraps a dialer so that any error ends the connection. By itself, CometBFT drops a connection only for network errors. When the
// node closes the connection, it would read the end of the stream for ever and never dial the node's next process. Nothing is dialled after
// the context has ended.
func dialAnew(ctx context.Context, dial privval.SocketDialer) privval.SocketDialer {
	return func() (net.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		conn, err := dial()
		if err != nil {
			return nil, err
		}
		return endingConn{conn}, nil
	}
}

type endingConn struct{ net.Conn }

// Read implements net.Conn.
func (c endingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, endError(err)
}

// Write implements net.Conn.
func (c endingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, endError(err)
}

// endedError wraps the reason why a connection ended, in a form for which CometBFT drops the connection.
type endedError struct{ error }

// Timeout returns true: CometBFT drops a connection for an error that says so.
func (endedError) Timeout() bool { return true }

// Unwrap returns the connection's own error.
func (e endedError) Unwrap() error { return e.error }

func endError(err error) error {
	if err == nil {
		return nil
	}
	return endedError{err}
}

// newDialer returns the dialer for the address in --node.
func (s signer) newDialer() (privval.SocketDialer, error) {
	address, isTCP := strings.CutPrefix(s.node, "tcp://")
	if _, _, err := net.SplitHostPort(address); !isTCP || err != nil {
		return nil, fmt.Errorf("--node %q: expected tcp://HOST:PORT", s.node)
	}
	return privval.DialTCPFn(address, answerWithin, ed25519.GenPrivKey()), nil
}

// withState returns the key together with the record of what it signed last. The key gets no path, so that CometBFT cannot write it
// unencrypted. Only the record is saved, before each signature is handed out.
func withState(key privval.FilePVKey, path string) (*privval.FilePV, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pv := privval.NewFilePV(key.PrivKey, "", path)
	if err := cmtjson.Unmarshal(content, &pv.LastSignState); err != nil {
		return nil, fmt.Errorf("%s: %w; it says what the key signed last: restore it, or rotate the seat to a new key", path, err)
	}
	return pv, nil
}

// loadKey reads the key and its record. It does not leave that to CometBFT, which ends the process when one of the files is missing.
func (s signer) loadKey() (*privval.FilePV, error) {
	state := filepath.Join(s.home, "data", "priv_validator_state.json")
	key, err := setup.ReadConsensusKey(setup.ConsensusKeyFile(s.home), s.passphrase)
	if err != nil {
		return nil, fmt.Errorf("--home: %w", err)
	}
	if _, err := os.Stat(state); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: it says what the key signed last, without which it could sign a height twice; restore it, or rotate the seat to a new key", state)
	} else if err != nil {
		return nil, err
	}
	return withState(key, state)
}

// lockFolder keeps a second signer from using the same key and record. The lock ends with the process.
func lockFolder(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--home: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: another signer uses this folder: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
