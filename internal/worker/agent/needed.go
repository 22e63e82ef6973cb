package agent

import (
	"context"
	"errors"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has which blobs a task needs: its program, what it reads, and its result.

// blobsOf returns the blobs that a record names: the program, what the task reads, the result's manifest, and its files. An error says that
// they are not known.
func (c *Collector) blobsOf(ctx context.Context, r journal.Record) (list []artifact.Digest, err error) {
	texts := r.Reads
	if texts == nil {
		if texts, err = c.readsOf(ctx, r); err != nil {
			return nil, err
		}
	}
	for _, text := range texts {
		d, err := artifact.ParseDigest(text)
		if err != nil {
			continue // what is no digest names no blob
		}
		list = append(list, d)
		if m, is, err := resultAt(ctx, c.Store, d); err == nil && is { // a folder that is another task's result: its files are read too
			list = append(list, blobsOfResult(m)...)
		}
	}
	d, err := artifact.ParseDigest(r.Stored)
	if err != nil {
		return list, nil // there are no bytes of an answer
	}
	list = append(list, d)
	m, err := result.FetchManifest(ctx, d, c.Store)
	switch {
	case err == nil:
		return append(list, blobsOfResult(m)...), nil
	case errors.Is(err, artifact.ErrNotFound), errors.Is(err, artifact.ErrCorrupted), errors.Is(err, result.ErrManifest):
		return list, nil // without a manifest nobody can be given the files
	}
	return nil, err
}

// readsOf asks the chain what a task reads, of which an older worker did not note it.
func (c *Collector) readsOf(ctx context.Context, r journal.Record) ([]string, error) {
	if list, known := c.reads[r.Key]; known || !slices.ContainsFunc(r.Marks, func(m journal.Mark) bool { return m.State == journal.Fetched }) {
		return list, nil // without a mark it fetched nothing
	}
	as, err := c.Source.Task(ctx, taskstypes.IDText(r.Key.Task))
	if errors.Is(err, chain.ErrUnknownTask) {
		err = nil // nobody can ask for what the chain does not know
	}
	if err != nil {
		return nil, err
	}
	c.reads[r.Key] = digestTexts(namedBlobs(as))
	return c.reads[r.Key], nil
}

// namedBlobs returns the digests of the program and of the files that a task reads.
func namedBlobs(a chain.Assignment) (list []artifact.Digest) {
	texts := []string{a.Deal.Digest}
	for _, r := range listReads(a) {
		texts = append(texts, r.digest)
	}
	for _, text := range texts {
		if d, err := artifact.ParseDigest(text); err == nil { // fetching says what is wrong with another
			list = append(list, d)
		}
	}
	return list
}

// blobsOfResult returns the digests of a manifest and of the files that it names.
func blobsOfResult(m result.Manifest) []artifact.Digest {
	list := []artifact.Digest{m.Digest()}
	for _, e := range m.Entries {
		if !e.Dir {
			list = append(list, e.Content)
		}
	}
	return list
}

func digestTexts(list []artifact.Digest) []string {
	out := make([]string, 0, len(list))
	for _, d := range list {
		out = append(out, d.String())
	}
	return out
}
