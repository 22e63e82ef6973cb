package app

import (
	"context"
	"slices"
	"sync"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	grpcrecovery "github.com/grpc-ecosystem/go-grpc-middleware/recovery"
	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/store/v2/cachemulti"
	"github.com/cosmos/cosmos-sdk/store/v2/iavl"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
)

// queryState is the state that queries read: the application's store, without two costs that the SDK's has in every query. That one
// hashes all stores to return its height, and looks for the root of each store in the database.
type queryState struct {
	storetypes.CommitMultiStore
	app *App

	mu     sync.Mutex
	height int64 // of stores
	stores map[storetypes.StoreKey]storetypes.CacheWrapper
}

// LatestVersion returns the height of the last block. While a block is committed, and before the first, only the SDK's store knows it.
func (q *queryState) LatestVersion() int64 {
	if !q.app.committing.Load() {
		if height := q.app.committed.Load(); height > 0 { // read after committing, so that it is not the height of the block before
			return height
		}
	}
	return q.CommitMultiStore.LatestVersion()
}

// CacheMultiStoreWithVersion branches the state at a height. All queries of the last block's state share its stores, which nobody changes.
func (q *queryState) CacheMultiStoreWithVersion(height int64) (storetypes.CacheMultiStore, error) {
	if stores := q.storesAt(height); stores != nil {
		return cachemulti.NewFromParent(func(key storetypes.StoreKey) storetypes.CacheWrapper { return stores[key] }), nil
	}
	return q.CommitMultiStore.CacheMultiStoreWithVersion(height)
}

// storesAt returns the stores at the height of the last block, and nil at other heights, or where a store is not as expected.
func (q *queryState) storesAt(height int64) map[storetypes.StoreKey]storetypes.CacheWrapper {
	if height != q.app.committed.Load() {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.height == height {
		return q.stores
	}
	stores := map[storetypes.StoreKey]storetypes.CacheWrapper{}
	for _, key := range q.app.keys {
		tree, is := q.GetStore(key).(*iavl.Store)
		if !is {
			return nil
		}
		at, err := tree.GetImmutable(height)
		if err != nil {
			return nil // the SDK's own words are better
		}
		stores[key] = at
	}
	for _, key := range q.app.objectKeys {
		stores[key] = q.GetStore(key).(storetypes.CacheWrapper)
	}
	q.height, q.stores = height, stores
	return stores
}

// directBroadcast registers services on another server. BroadcastTx does there without the state that the SDK opens for every method, and
// without its log line: it hands bytes to the engine, and is the call that a node gets most often.
type directBroadcast struct{ to gogogrpc.Server }

// RegisterService registers a service.
func (d directBroadcast) RegisterService(desc *grpc.ServiceDesc, handler any) {
	server, is := handler.(txtypes.ServiceServer)
	if !is {
		d.to.RegisterService(desc, handler)
		return
	}
	recovered := grpcrecovery.UnaryServerInterceptor()
	direct := *desc
	direct.Methods = slices.Clone(desc.Methods)
	for i := range direct.Methods {
		if direct.Methods[i].MethodName != "BroadcastTx" {
			continue
		}
		direct.Methods[i].Handler = func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := &txtypes.BroadcastTxRequest{}
			if err := decode(in); err != nil {
				return nil, err
			}
			return recovered(ctx, in, &grpc.UnaryServerInfo{Server: server, FullMethod: "/" + desc.ServiceName + "/BroadcastTx"},
				func(ctx context.Context, in any) (any, error) {
					return server.BroadcastTx(ctx, in.(*txtypes.BroadcastTxRequest))
				})
		}
	}
	d.to.RegisterService(&direct, handler)
}
