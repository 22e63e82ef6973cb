package keeper

import (
	"context"
	"strings"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/feeds/types"
)

// shrinksPerUpdate bounds the old values that one update removes. One makes room for the new value. The second lets a feed shrink after
// max_history was lowered.
const shrinksPerUpdate = 2

// resultKind is the kind of an answer that has a value for a feed.
var resultKind = poco.KindResult.String()

// CheckCallback implements dealstypes.CallbackChecker for jobs that name a feed: the requester or its organisation owns such a feed, and
// the job may update it. OnResult checks this again when an answer is final.
func (k Keeper) CheckCallback(ctx context.Context, job dealstypes.CallbackJob) error {
	owner, name := types.OwnerOf(job.Organisation, job.Requester), strings.TrimPrefix(job.Callback, types.CallbackFamily)
	f, found, err := k.ReadFeed(ctx, owner, name)
	if err != nil {
		return err
	}
	if !found {
		return types.ErrNotFound.Wrapf("callback: %s has no feed %.48q", owner, name)
	}
	if job.Onchain == "" {
		return types.ErrUnfit.Wrapf("onchain: got none, expected the file of the result that is the value of the feed %s", name)
	}
	return f.CheckJob(types.Job{Requester: job.Requester, App: job.App, Trust: job.Trust, Policy: job.Policy})
}

// OnResult implements dealstypes.Callback: it adds a final answer to the feed that the deal names. It looks for the feed among those of the
// deal's requester, so that tasks of others cannot update it. An answer that does not fit the feed changes nothing; an event says why.
// The update uses no gas of the deal, because its work is bounded: it writes one feed and one value, and removes at most
// shrinksPerUpdate values. A block has at most as many updates as x/tasks has final answers.
func (k Keeper) OnResult(ctx context.Context, d dealstypes.Deal, r dealstypes.TaskResult) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx).WithGasMeter(storetypes.NewInfiniteGasMeter())
	owner, name := types.OwnerOf(d.RequesterOrganisation, d.Requester), strings.TrimPrefix(d.Callback, types.CallbackFamily)
	f, found, err := k.ReadFeed(sdkCtx, owner, name)
	if err != nil {
		return err
	}
	reason := ""
	switch {
	case !found:
		reason = "there is no such feed"
	case r.Kind != resultKind:
		reason = "the answer is " + r.Kind + ", which has no value"
	case len(r.Onchain) == 0:
		reason = "no seat brought the file " + d.Onchain + " that the job wants on chain"
	default:
		if err := f.CheckJob(types.JobOf(d)); err != nil {
			reason = err.Error()
		}
	}
	if reason != "" {
		return emitEvent(sdkCtx, &types.EventRefused{Owner: owner, Name: name, Task: r.Task, Reason: reason})
	}
	digest := ""
	if len(r.Digest) == 32 {
		digest = artifact.Digest(r.Digest).String()
	}
	return k.addValue(sdkCtx, f, types.Value{
		Data: r.Onchain, Asked: d.Height, AskedTime: d.Time, Index: r.Index, Task: r.Task, Height: sdkCtx.BlockHeight(), Time: sdkCtx.BlockTime().Unix(),
		Trust: d.Terms.Trust, Policy: d.Terms.Policy, AppVersion: d.AppVersion, Digest: digest,
	})
}

// addValue adds a value to a feed, at its place by age, and removes the oldest values beyond the feed's history.
func (k Keeper) addValue(ctx sdk.Context, f types.Feed, v types.Value) error {
	if err := k.Values.Set(ctx, keyOf(f.Id, v), v); err != nil {
		return err
	}
	f.Entries++
	f.Updates++
	late := f.Latest != nil && v.Compare(*f.Latest) < 0
	if late {
		f.Late++
	} else {
		f.Latest = &v
	}
	if err := k.shrinkFeed(ctx, &f); err != nil {
		return err
	}
	if err := k.Feeds.Set(ctx, f.Id, f); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventUpdated{Feed: f.Id, Owner: f.Owner(), Name: f.Name, Value: v, Late: late})
}

// shrinkFeed removes the oldest values beyond the feed's history and max_history, at most shrinksPerUpdate of them.
func (k Keeper) shrinkFeed(ctx context.Context, f *types.Feed) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for range shrinksPerUpdate {
		if f.Entries <= min(f.History, params.MaxHistory) {
			return nil
		}
		oldest, found, err := records.First(ctx, k.Values, valuesOf(f.Id))
		if err != nil || !found {
			return err
		}
		if err := k.Values.Remove(ctx, oldest.Key); err != nil {
			return err
		}
		f.Entries--
	}
	return nil
}

func keyOf(feed string, v types.Value) valueKey {
	return collections.Join4(feed, uint64(v.Asked), v.Index, v.Task)
}

// valuesOf is the range of a feed's values, from the oldest.
func valuesOf(feed string) collections.Ranger[valueKey] {
	return collections.NewPrefixedQuadRange[string, uint64, uint64, string](feed)
}

// EndBlock removes values of deleted feeds, at most removals_per_block.
func (k Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for left := int(params.RemovalsPerBlock); left > 0; {
		id, found, err := records.FirstKey(ctx, k.Removals, nil)
		if err != nil || !found {
			return err
		}
		removed := 0
		err = items.Do(sdkCtx, "removal of the values of feed", id, func(ctx sdk.Context) (err error) {
			removed, err = k.removeValues(ctx, id, left)
			return err
		})
		if err != nil { // these values stay in the state, where nothing reads them; the other feeds go on
			if err := k.Removals.Remove(ctx, id); err != nil {
				return err
			}
		}
		left -= max(1, removed)
	}
	return nil
}

// removeValues removes up to most values of a deleted feed, and takes it off the list when none are left.
func (k Keeper) removeValues(ctx context.Context, id string, most int) (n int, err error) {
	keys, err := k.listValues(ctx, id, most+1)
	if err != nil {
		return 0, err
	}
	for _, key := range keys[:min(most, len(keys))] {
		if err := k.Values.Remove(ctx, key); err != nil {
			return n, err
		}
		n++
	}
	if len(keys) > most {
		return n, nil
	}
	return n, k.Removals.Remove(ctx, id)
}

// listValues returns the keys of a feed's oldest values, up to most.
func (k Keeper) listValues(ctx context.Context, id string, most int) (keys []valueKey, err error) {
	iter, err := k.Values.Iterate(ctx, valuesOf(id))
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	for ; iter.Valid() && len(keys) < most; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
