package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/credence-chain/credence/artifact"
)

// This file serves manifests and tags. A manifest keeps the blobs that it names from being collected. So putManifest holds the lock
// against a collection (sweep) from its check that the blobs are there until the ledger has the manifest, and charges the
// organisation for the manifest and for all blobs that it names. Manifests themselves are stored as blobs; the ledger keeps their
// media types and tags.

// maxManifest bounds a manifest in bytes. The specification asks registries to take at least this size.
const maxManifest = 4 << 20

// tagName is the grammar of tags in the OCI distribution specification 1.1.
var tagName = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)

// serveManifest answers everything below /v2/<name>/manifests/.
func (g *Registry) serveManifest(w http.ResponseWriter, r *http.Request, route artifact.Route) error {
	tag := ""
	digest, err := artifact.ParseDigest(route.Reference)
	if err != nil {
		if tag = route.Reference; !tagName.MatchString(tag) {
			return refuseRequest(http.StatusBadRequest, "TAG_INVALID", "%.130q is neither a digest nor a tag", tag)
		}
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return g.getManifest(w, r, route.Repository, tag, digest)
	case http.MethodPut:
		return g.putManifest(w, r, route.Repository, tag, digest)
	case http.MethodDelete:
		return g.deleteManifest(w, route.Repository, tag, digest)
	}
	w.Header().Set("Allow", "GET, HEAD, PUT, DELETE")
	return refuseRequest(http.StatusMethodNotAllowed, "UNSUPPORTED", "a manifest takes GET, PUT and DELETE")
}

func (g *Registry) getManifest(w http.ResponseWriter, r *http.Request, repository, tag string, digest artifact.Digest) error {
	unknown := refuseRequest(http.StatusNotFound, "MANIFEST_UNKNOWN", "no such manifest in %s", repository)
	if tag != "" {
		var found bool
		var err error
		if digest, found, err = g.ledger.findTag(repository, tag); err != nil {
			return err
		} else if !found {
			return unknown
		}
	}
	mediaType, found, err := g.ledger.findManifest(repository, digest)
	if err != nil {
		return err
	}
	if !found {
		return unknown
	}
	data, err := artifact.ReadAll(r.Context(), g.blobs, digest, maxManifest)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", digest.String())
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(data)
	}
	return nil
}

func (g *Registry) putManifest(w http.ResponseWriter, r *http.Request, repository, tag string, want artifact.Digest) error {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxManifest+1))
	if err != nil {
		return err
	}
	if len(data) > maxManifest {
		return fmt.Errorf("%w: a manifest has at most %d bytes", artifact.ErrTooLarge, maxManifest)
	}
	digest := artifact.Sum(data)
	if tag == "" && digest != want {
		return fmt.Errorf("%w: expected %s, the manifest hashes to %s", artifact.ErrCorrupted, want, digest)
	}
	doc, err := parseManifest(data)
	if err != nil {
		return err
	}
	mediaType := r.Header.Get("Content-Type")
	if mediaType == "" {
		mediaType = doc.MediaType
	}
	if doc.MediaType != "" && mediaType != doc.MediaType || len(mediaType) > 255 || mediaType == "" {
		return refuseRequest(http.StatusBadRequest, "MANIFEST_INVALID", "Content-Type %.100q, and the manifest says mediaType %.100q: expected the same", mediaType, doc.MediaType)
	}

	g.sweep.RLock()
	defer g.sweep.RUnlock()
	names := []held{}
	for _, d := range doc.namedDigests() {
		size, err := g.blobs.Size(d)
		if err != nil {
			return refuseRequest(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "the manifest names %s, which is not here: upload it first", d)
		}
		names = append(names, held{d, size})
	}
	if _, err := g.blobs.PutAs(r.Context(), digest, bytes.NewReader(data), maxManifest); err != nil {
		return err
	}
	names = append(names, held{digest, int64(len(data))})
	if err := g.ledger.putManifest(repository, mediaType, tag, digest, g.quotaOf(organisationOf(repository)), names); err != nil {
		return err
	}
	return answerCreated(w, "manifests", repository, digest)
}

func (g *Registry) deleteManifest(w http.ResponseWriter, repository, tag string, digest artifact.Digest) error {
	var found bool
	var err error
	if tag != "" {
		found, err = g.ledger.removeTag(repository, tag)
	} else {
		found, err = g.ledger.removeManifest(repository, digest)
	}
	if err != nil {
		return err
	}
	if !found {
		return refuseRequest(http.StatusNotFound, "MANIFEST_UNKNOWN", "no such manifest in %s", repository)
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// document holds the fields that a registry needs of a manifest: an image's, an index, or Docker's of version 2.
type document struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *descriptor  `json:"config"`
	Layers        []descriptor `json:"layers"`
	Manifests     []descriptor `json:"manifests"`
}

type descriptor struct {
	Digest artifact.Digest `json:"digest"`
}

func parseManifest(data []byte) (document, error) {
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return doc, refuseRequest(http.StatusBadRequest, "MANIFEST_INVALID", "the manifest can not be read: %v", err)
	}
	if doc.SchemaVersion != 2 {
		return doc, refuseRequest(http.StatusBadRequest, "MANIFEST_INVALID", "schemaVersion %d, expected 2", doc.SchemaVersion)
	}
	return doc, nil
}

// namedDigests returns the digests that a manifest needs, each once.
func (d document) namedDigests() (out []artifact.Digest) {
	seen := map[artifact.Digest]bool{}
	add := func(list ...descriptor) {
		for _, x := range list {
			if !seen[x.Digest] {
				seen[x.Digest] = true
				out = append(out, x.Digest)
			}
		}
	}
	if d.Config != nil {
		add(*d.Config)
	}
	add(d.Layers...)
	add(d.Manifests...)
	return out
}

// mostTags is the largest number of tags on one page.
const mostTags = 1000

// serveTags answers /v2/<name>/tags/list.
func (g *Registry) serveTags(w http.ResponseWriter, r *http.Request, repository string) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return refuseRequest(http.StatusMethodNotAllowed, "UNSUPPORTED", "tags are listed with GET")
	}
	n, query := mostTags, r.URL.Query()
	if text := query.Get("n"); text != "" {
		wanted, err := strconv.Atoi(text)
		if err != nil || wanted < 0 {
			return refuseRequest(http.StatusBadRequest, "UNSUPPORTED", "n=%.20q, expected a whole number", text)
		}
		n = min(wanted, mostTags)
	}
	last := query.Get("last")
	if last != "" && !tagName.MatchString(last) {
		return refuseRequest(http.StatusBadRequest, "TAG_INVALID", "last=%.130q is no tag", last)
	}
	list, err := g.ledger.tagsAfter(repository, last, n+1)
	if err != nil {
		return err
	}
	if len(list) > n {
		list = list[:n]
		if n > 0 {
			next := url.Values{"n": {strconv.Itoa(n)}, "last": {list[n-1]}}
			w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?%s>; rel="next"`, repository, next.Encode()))
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(struct {
		Name string   `json:"name"`
		Tags []string `json:"tags"`
	}{repository, append([]string{}, list...)})
}
