// Package enclave keeps the session of a worker in an enclave registered on the chain. It has the platform attest the session's key
// together with a recent block, sends the quote to the chain, and repeats this long before the session ends.
package enclave

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/poco"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Chain is the part of the chain that this package needs; NewChain makes one.
type Chain interface {
	// Params of x/enclaves.
	Params(ctx context.Context) (enclavestypes.Params, error)
	// Sessions of the worker.
	Sessions(ctx context.Context) ([]enclavestypes.SessionState, error)
	// Organisation of the worker.
	Organisation(ctx context.Context) (string, error)
	// Seed of the latest block.
	Seed(ctx context.Context) (beacontypes.Seed, error)
	// Send sends a message of the worker, and returns once the chain has taken it.
	Send(ctx context.Context, msg sdk.Msg) error
}

// Config says which session is kept registered.
type Config struct {
	// Who is the worker's address.
	Who string
	// ChainID of the chain.
	ChainID string
	// Session is the session of the enclave.
	Session attester.Attester
	Chain   Chain
	// Logger; nil means slog's default.
	Logger *slog.Logger
	// Every is the interval between checks of the session; 0 means 10 s.
	Every time.Duration
}

// Keep keeps the session registered until the context ends. It logs errors, and tries again.
func (c Config) Keep(ctx context.Context) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Every <= 0 {
		c.Every = 10 * time.Second
	}
	pauses, said := backoff.Steady(c.Every), ""
	for {
		done, err := c.Renew(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != said:
			said = err.Error()
			c.Logger.Warn("this enclave's session is not registered; answers that need it are given back", "error", err)
		case err == nil:
			said = ""
		}
		if done {
			c.Logger.Info("this enclave's session is registered")
		}
		if pauses.Wait(ctx) != nil {
			return
		}
	}
}

// Renew registers the session if it does not count, or if less than half of its blocks are left. It says whether it did so.
func (c Config) Renew(ctx context.Context) (bool, error) {
	params, err := c.Chain.Params(ctx)
	if err != nil {
		return false, err
	}
	sessions, err := c.Chain.Sessions(ctx)
	if err != nil {
		return false, err
	}
	seed, err := c.Chain.Seed(ctx)
	if err != nil {
		return false, err
	}
	key := c.Session.Key()
	for _, s := range sessions {
		if string(s.Session.Key) == string(key[:]) && s.Refused == "" && 2*(s.Session.UntilHeight-seed.Height) > params.SessionBlocks {
			return false, nil
		}
	}
	organisation, err := c.Chain.Organisation(ctx)
	if err != nil {
		return false, err
	}
	if seed.Height < 1 {
		return false, errors.New("the chain has no block yet")
	}
	quote, err := c.Session.Quote(ctx, poco.SessionData(c.ChainID, c.Who, organisation, key, uint64(seed.Height), seed.Seed))
	if err != nil {
		return false, fmt.Errorf("quote: %w", err)
	}
	msg := &enclavestypes.MsgRegisterSession{
		Worker: c.Who, Platform: enclavestypes.Platform(c.Session.Platform()), Key: key[:], Height: seed.Height, Quote: quote,
	}
	if certified, is := c.Session.(attester.Certified); is {
		msg.Certificate, msg.Product = certified.Certificate()
	}
	return true, c.Chain.Send(ctx, msg)
}

// NewChain returns a Chain over a connection, for the key of a sender.
func NewChain(conn sender.Conn, s *sender.Sender) Chain { return chain{conn, s} }

type chain struct {
	conn   sender.Conn
	sender *sender.Sender
}

func (c chain) Params(ctx context.Context) (enclavestypes.Params, error) {
	res, err := enclavestypes.NewQueryClient(c.conn).Params(ctx, &enclavestypes.QueryParamsRequest{})
	if err != nil {
		return enclavestypes.Params{}, err
	}
	return res.Params, nil
}

func (c chain) Sessions(ctx context.Context) ([]enclavestypes.SessionState, error) {
	res, err := enclavestypes.NewQueryClient(c.conn).Sessions(ctx, &enclavestypes.QuerySessionsRequest{Worker: c.sender.Address()})
	if err != nil {
		return nil, err
	}
	return res.Sessions, nil
}

func (c chain) Organisation(ctx context.Context) (string, error) {
	res, err := workerstypes.NewQueryClient(c.conn).Worker(ctx, &workerstypes.QueryWorkerRequest{Address: c.sender.Address()})
	if err != nil {
		return "", err
	}
	return res.Worker.Organisation, nil
}

func (c chain) Seed(ctx context.Context) (beacontypes.Seed, error) {
	res, err := beacontypes.NewQueryClient(c.conn).Seed(ctx, &beacontypes.QuerySeedRequest{})
	if err != nil {
		return beacontypes.Seed{}, err
	}
	return res.Seed, nil
}

func (c chain) Send(ctx context.Context, msg sdk.Msg) error {
	_, err := c.sender.Do(ctx, msg)
	return err
}
