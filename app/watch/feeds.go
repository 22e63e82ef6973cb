package watch

import "cosmossdk.io/collections"

// readFeeds counts the feeds, and reports how old the values of the first feeds are.
func (r *reading) readFeeds() error {
	count := 0
	err := r.k.Feeds.ByOwner.Walk(r.ctx, nil, func(_ collections.Pair[[]byte, string], id string) (bool, error) {
		count++
		if count > mostFeeds {
			return count >= most, nil
		}
		f, err := r.k.Feeds.Feeds.Get(r.ctx, id)
		if err == nil && f.Latest != nil {
			r.addGauge(r.g.feedAge, f.Latest.Age(r.ctx.BlockTime()).Seconds(), f.Owner()+"/"+f.Name)
		}
		return false, err
	})
	r.addGauge(r.g.feeds, float64(count))
	return err
}
