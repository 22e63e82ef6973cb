package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credence-chain/credence/artifact"
)

// Collected is what a collection did.
type Collected struct {
	// Claims let go, blobs deleted and their bytes.
	Claims, Blobs int
	Bytes         int64
}

// Collect lets go the claims that no manifest names and that are older than the grace, and deletes blobs that no organisation
// holds. Reading and uploading go on meanwhile. A request that names a held blob in a manifest waits until Collect is done.
func (g *Registry) Collect(ctx context.Context) (out Collected, err error) {
	defer func() { g.metrics.noteCollected(out, err) }()
	before := time.Now().Add(-g.opts.Grace)
	g.sweep.Lock()
	defer g.sweep.Unlock()
	named, err := g.namedBlobs(ctx)
	if err != nil {
		return out, err
	}
	var kept map[artifact.Digest]bool
	out.Claims, kept, err = g.ledger.dropClaims(before, func(organisation string, d artifact.Digest) bool { return named[claim{organisation, d}] })
	if err != nil {
		return out, err
	}
	var gone []held
	err = g.blobs.Each(func(d artifact.Digest, size int64, came time.Time) error {
		if !kept[d] && came.Before(before) {
			gone = append(gone, held{d, size})
		}
		return nil
	})
	for _, b := range gone {
		if err == nil {
			err = g.blobs.Delete(ctx, b.digest)
		}
		if err != nil {
			return out, err
		}
		out.Blobs, out.Bytes = out.Blobs+1, out.Bytes+b.size
	}
	return out, err
}

type claim struct {
	organisation string
	digest       artifact.Digest
}

// namedBlobs returns the blobs that the manifests of each organisation name, and the manifests themselves. A manifest that can no
// longer be read protects nothing. Any other disk error ends the collection before anything is deleted.
func (g *Registry) namedBlobs(ctx context.Context) (map[claim]bool, error) {
	list, err := g.ledger.allManifests()
	if err != nil {
		return nil, err
	}
	out := map[claim]bool{}
	for _, m := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		organisation := organisationOf(m.repository)
		out[claim{organisation, m.digest}] = true
		data, err := artifact.ReadAll(ctx, g.blobs, m.digest, maxManifest)
		if errors.Is(err, artifact.ErrNotFound) || errors.Is(err, artifact.ErrCorrupted) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("manifest %s of %s: %w", m.digest, m.repository, err)
		}
		doc, err := parseManifest(data)
		if err != nil {
			continue
		}
		for _, d := range doc.namedDigests() {
			out[claim{organisation, d}] = true
		}
	}
	return out, nil
}

// Keep expires uploads regularly, and collects once in the given period, until the context ends. It reports each collection to tell.
func (g *Registry) Keep(ctx context.Context, every time.Duration, tell func(Collected, error)) {
	expire := time.NewTicker(g.opts.UploadIdle / 4)
	collect := time.NewTicker(every)
	defer expire.Stop()
	defer collect.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-expire.C:
			g.Expire()
		case <-collect.C:
			tell(g.Collect(ctx))
		}
	}
}
