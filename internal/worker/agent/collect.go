package agent

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has how a worker's disk stays bounded. A blob is needed while a record of the journal names it whose task is not final: the
// task runs, its answer is under audit, or the worker owes its bytes or its inputs to those who ask. Only the chain says that a task is
// final. A needed blob is never deleted. The others are deleted once nothing has needed them for the retention, or, where the store is
// nearly full, those first that were not needed for longest. Whenever it is not known what is needed, no blob is deleted.

// Bounds of a collection.
const (
	// collectEvery is the time between collections.
	collectEvery = time.Minute
	// askMost bounds the tasks that one collection asks the chain about.
	askMost = 1000
	// askTime bounds how long it asks, because whoever needs room waits for it.
	askTime = 10 * time.Second
	// recordsKept bounds the records of final tasks, whatever their age.
	recordsKept = 100_000
	// forgetUnknown is the age at which a record no longer counts if the chain does not know its task. A node that lags or was restored
	// may not know a task whose bytes are owed. So this age is longer than the audit of any task.
	forgetUnknown = 60 * 24 * time.Hour
	// unfinishedAge is the age at which an unfinished file of the cache was left behind by a child that was killed.
	unfinishedAge = time.Hour
)

// highWater and lowWater are parts of a quota in bytes. Above the first, the store is emptied down to the second, so that a collection is
// not needed for each blob.
func highWater(quota int64) int64 { return quota - quota/10 }

func lowWater(quota int64) int64 { return quota - quota/5 }

// CollectConfig is what a Collector needs.
type CollectConfig struct {
	Store   *artifact.Dir
	Journal *journal.Journal
	Source  chain.Source
	Metrics *metrics.Set
	Pins    *Pins
	// Logger; nil means slog's default.
	Logger *slog.Logger
	// Retention is how long blobs, logs and records are kept that nothing needs. Blobs go earlier where the store's quota asks for it.
	Retention time.Duration
	// LogFolder keeps what apps printed, up to LogQuota bytes; 0 means no bound.
	LogFolder string
	LogQuota  int64
	// ModuleFolders keep compiled modules, up to ModuleQuota bytes together; 0 means no bound.
	ModuleFolders []string
	ModuleQuota   int64

	now func() time.Time // tests replace it
}

// Collector deletes what a worker no longer needs. Its methods may be called concurrently.
type Collector struct {
	CollectConfig
	mu sync.Mutex // one collection at a time
	// askFrom is the height before which the chain is not asked again whether a task is final.
	askFrom map[journal.Key]int64
	// reads of records of older workers, which did not note them.
	reads  map[journal.Key][]string
	height int64
}

// NewCollector makes a collector, which the store calls when it is full.
func NewCollector(c CollectConfig) *Collector {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.Pins == nil {
		c.Pins = &Pins{}
	}
	out := &Collector{CollectConfig: c, askFrom: map[journal.Key]int64{}, reads: map[journal.Key][]string{}}
	c.Store.OnFull(func() { out.makeRoom() })
	return out
}

// Run collects regularly until the context ends.
func (c *Collector) Run(ctx context.Context, height func() int64) {
	for pause := backoff.Steady(collectEvery); ctx.Err() == nil; {
		if err := c.Collect(ctx, height()); err != nil && ctx.Err() == nil {
			c.Logger.Warn("the disk is not collected", "error", err)
		}
		_ = pause.Wait(ctx) // an error means that the context has ended, which the loop checks
	}
}

// Collect asks the chain which tasks are final, and deletes what nothing needs and what is over a quota. height is the chain's.
func (c *Collector) Collect(ctx context.Context, height int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height = max(c.height, height)
	err := errors.Join(
		c.learnFinal(ctx),
		c.forgetRecords(),
		c.collectBlobs(ctx, false),
		c.trimLogs(),
		c.trimModules())
	if err != nil {
		c.Metrics.Collections.WithLabelValues("error").Inc()
		return err
	}
	c.Metrics.Collections.WithLabelValues("ok").Inc()
	return nil
}

// makeRoom deletes blobs that nothing needs, because one does not fit. It asks the chain only where that alone does not help.
func (c *Collector) makeRoom() {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx := context.Background()
	before := c.Store.Used()
	err := c.collectBlobs(ctx, true)
	if err == nil && c.Store.Used() >= before {
		clear(c.askFrom)
		err = errors.Join(c.learnFinal(ctx), c.collectBlobs(ctx, true))
	}
	if err != nil {
		c.Metrics.Collections.WithLabelValues("error").Inc()
		c.Logger.Warn("the store is full, and was not collected", "error", err)
	}
}

// learnFinal notes which tasks of held records are final. It asks about those first that it was told to ask about earliest. An error of
// the chain is no error here: the records stay held.
func (c *Collector) learnFinal(ctx context.Context) error {
	held, err := c.Journal.Held()
	if err != nil {
		return err
	}
	c.dropNotes(held)
	slices.SortStableFunc(held, func(x, y journal.Record) int { return cmp.Compare(c.askFrom[x.Key], c.askFrom[y.Key]) })
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var final []journal.Key
	asked := 0
	for _, r := range held {
		if !r.State.Terminal() || c.askFrom[r.Key] > c.height {
			continue
		}
		if asked++; asked > askMost || ctx.Err() != nil {
			break
		}
		over, next, err := c.askFinal(ctx, r)
		if err != nil {
			break // the chain does not answer now
		}
		if c.askFrom[r.Key] = next; !over {
			continue
		}
		final = append(final, r.Key)
		c.touchBlobs(ctx, r)
	}
	c.Metrics.RecordsHeld.Set(float64(len(held) - len(final)))
	return c.Journal.NoteFinal(final, c.now())
}

// askFinal says whether the task of a record is final, and otherwise from which height it is worth asking again.
func (c *Collector) askFinal(ctx context.Context, r journal.Record) (over bool, next int64, err error) {
	const soon = 20 // blocks
	as, err := c.Source.Task(ctx, taskstypes.IDText(r.Key.Task))
	switch {
	case errors.Is(err, chain.ErrUnknownTask):
		return len(r.Marks) > 0 && c.now().Sub(r.Marks[len(r.Marks)-1].Time) > forgetUnknown, c.height + 100*soon, nil
	case err != nil:
		return false, 0, err
	case as.Task.Final():
		return true, 0, nil
	case as.Task.Audit != nil && as.Task.Phase == taskstypes.PHASE_AUDIT:
		return false, max(as.Task.Audit.End, c.height+1), nil
	}
	return false, c.height + soon, nil
}

// dropNotes forgets notes on records that are no longer held.
func (c *Collector) dropNotes(held []journal.Record) {
	still := make(map[journal.Key]bool, len(held))
	for _, r := range held {
		still[r.Key] = true
	}
	for key := range c.askFrom {
		if !still[key] {
			delete(c.askFrom, key)
		}
	}
	for key := range c.reads {
		if !still[key] {
			delete(c.reads, key)
		}
	}
}

// touchBlobs notes on disk that the blobs of a record were needed until now. An error only makes them go earlier.
func (c *Collector) touchBlobs(ctx context.Context, r journal.Record) {
	list, err := c.blobsOf(ctx, r)
	if err != nil {
		return
	}
	for _, d := range list {
		_ = c.Store.Touch(d, c.now())
	}
}

func (c *Collector) forgetRecords() error {
	for {
		gone, err := c.Journal.Forget(c.now().Add(-c.Retention), recordsKept)
		c.Metrics.Collected.WithLabelValues("record").Add(float64(gone))
		if err != nil || gone == 0 {
			return err
		}
	}
}

// storedBlob is a blob of the store that nothing needs.
type storedBlob struct {
	digest artifact.Digest
	size   int64
	used   time.Time // when it came, or was last needed
}

// collectBlobs deletes blobs. full says that one did not fit.
func (c *Collector) collectBlobs(ctx context.Context, full bool) error {
	c.Pins.beginCollection()
	defer c.Pins.endCollection()
	held, err := c.Journal.Held()
	if err != nil {
		return err
	}
	needed := map[artifact.Digest]bool{}
	for _, r := range held {
		list, err := c.blobsOf(ctx, r)
		if err != nil {
			c.Metrics.Collections.WithLabelValues("unsure").Inc()
			return nil
		}
		for _, d := range list {
			needed[d] = true
		}
	}
	var free []storedBlob
	var bytes int64
	err = c.Store.Each(func(d artifact.Digest, size int64, used time.Time) error {
		if needed[d] {
			bytes += size
		} else {
			free = append(free, storedBlob{d, size, used})
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.Metrics.StoreNeeded.Set(float64(bytes))
	slices.SortFunc(free, func(x, y storedBlob) int {
		return cmp.Or(x.used.Compare(y.used), strings.Compare(x.digest.Hex(), y.digest.Hex()))
	})
	quota, before := c.Store.Quota(), c.now().Add(-c.Retention)
	press := quota > 0 && (full || c.Store.Used() > highWater(quota))
	for _, b := range free {
		if !b.used.Before(before) && !(press && c.Store.Used() > lowWater(quota)) {
			break // they are in the order of their use
		}
		done, err := c.Pins.unlessPinned(b.digest, func() error { return c.Store.Delete(ctx, b.digest) })
		if err != nil {
			return err
		}
		if done {
			c.noteGone("blob", b.size)
		}
	}
	c.Metrics.StoreBytes.Set(float64(c.Store.Used()))
	return nil
}

func (c *Collector) noteGone(what string, bytes int64) {
	c.Metrics.Collected.WithLabelValues(what).Inc()
	c.Metrics.CollectedBytes.WithLabelValues(what).Add(float64(bytes))
}
