package app_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
)

// pay makes a block in which one account sends another so many ucred.
func pay(t *testing.T, c *testutil.Chain, from, to *testutil.Account, amount int64) {
	t.Helper()
	c.Deliver(from, &banktypes.MsgSend{FromAddress: from.String(), ToAddress: to.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, amount))})
}

// TestQueriesReadTheirHeight: a query without a height reads the last block's state, also of a store that the query before it has read at
// the block before, and a query with a height reads the state there.
func TestQueriesReadTheirHeight(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("from", "to"))
	from, to := c.Account("from"), c.Account("to")
	at := map[int64]int64{}
	for range 4 {
		pay(t, c, from, to, 7)
		ctx, err := c.App.CreateQueryContext(0, false)
		require.NoError(t, err)
		require.Equal(t, c.Height(), ctx.BlockHeight())
		has := app.BankKeeper(c.App).GetBalance(ctx, to.Addr, encoding.BaseDenom).Amount.Int64()
		require.Equal(t, c.Balance(to.Addr), has)
		at[c.Height()] = has
	}
	require.Len(t, at, 4)
	for height, want := range at {
		ctx, err := c.App.CreateQueryContext(height, false)
		require.NoError(t, err)
		require.Equal(t, want, app.BankKeeper(c.App).GetBalance(ctx, to.Addr, encoding.BaseDenom).Amount.Int64(), "height %d", height)
	}
}

// TestQueriesDoNotWrite: what one query changes in its state, no other sees.
func TestQueriesDoNotWrite(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("who"))
	c.Next()
	who := c.Account("who")
	before := c.Balance(who.Addr)
	for range 2 {
		ctx, err := c.App.CreateQueryContext(0, false)
		require.NoError(t, err)
		require.Equal(t, before, app.BankKeeper(c.App).GetBalance(ctx, who.Addr, encoding.BaseDenom).Amount.Int64())
		require.NoError(t, app.BankKeeper(c.App).SendCoinsFromAccountToModule(ctx, who.Addr, "gov", sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1))))
	}
	c.Next()
	require.Equal(t, before, c.Balance(who.Addr))
}

// TestQueriesWhileBlocksAreCommitted: a query finds a state at every moment of a commit, and never an older one than the query before it.
// The SDK refuses a query that meets the instant between two of its variables, which no more than a few of a thousand do.
func TestQueriesWhileBlocksAreCommitted(t *testing.T) {
	c := testutil.New(t)
	c.NextN(2)
	done := make(chan struct{})
	var asking sync.WaitGroup
	var good, refused int
	asking.Go(func() {
		for last := int64(0); ; {
			select {
			case <-done:
				return
			default:
			}
			ctx, err := c.App.CreateQueryContext(0, false)
			if errors.Is(err, sdkerrors.ErrInvalidHeight) {
				refused++
				continue
			}
			if !assert.NoError(t, err) || !assert.GreaterOrEqual(t, ctx.BlockHeight(), last) {
				return
			}
			last = ctx.BlockHeight()
			good++
		}
	})
	c.NextN(100)
	close(done)
	asking.Wait()
	t.Logf("%d queries, and %d refused", good, refused)
	require.Greater(t, good, 100*refused)
	require.Positive(t, good)
}

// keep is a gRPC server that keeps what is registered.
type keep struct{ desc map[string]*grpc.ServiceDesc }

func (k keep) RegisterService(desc *grpc.ServiceDesc, _ any) { k.desc[desc.ServiceName] = desc }

// engine is a service of transactions that takes every transaction but one, with which it panics.
type engine struct {
	txtypes.UnimplementedServiceServer
}

func (*engine) BroadcastTx(_ context.Context, in *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	if string(in.TxBytes) == "panic" {
		panic("here")
	}
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: string(in.TxBytes)}}, nil
}

// TestBroadcastOpensNoState: BroadcastTx is handed on without a state, which a chain without a block doesn't have. Its panics are answers,
// and the other methods are as the SDK has them.
func TestBroadcastOpensNoState(t *testing.T) {
	c := testutil.New(t)
	txtypes.RegisterServiceServer(c.App.GRPCQueryRouter(), &engine{})
	server := keep{map[string]*grpc.ServiceDesc{}}
	c.App.RegisterGRPCServerWithSkipCheckHeader(server, true)
	call := func(method, tx string) (any, error) {
		methods := server.desc["cosmos.tx.v1beta1.Service"].Methods
		i := slices.IndexFunc(methods, func(m grpc.MethodDesc) bool { return m.MethodName == method })
		ctx := metadata.NewIncomingContext(t.Context(), metadata.MD{})
		return methods[i].Handler(&engine{}, ctx, func(in any) error {
			if b, is := in.(*txtypes.BroadcastTxRequest); is {
				b.TxBytes = []byte(tx)
			}
			return nil
		}, nil)
	}
	res, err := call("BroadcastTx", "bytes")
	require.NoError(t, err)
	require.Equal(t, "bytes", res.(*txtypes.BroadcastTxResponse).TxResponse.TxHash)
	_, err = call("BroadcastTx", "panic")
	require.Equal(t, codes.Internal, status.Code(err))
	_, err = call("GetTx", "")
	require.ErrorContains(t, err, "please wait for first block")
}
