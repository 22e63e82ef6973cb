package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/credence-chain/credence/artifact"
)

// This file takes uploads. A blob comes in one request, in pieces of a session, or by a mount of a blob that is already held. The
// bytes of an upload are reserved in the organisation's quota while they arrive. When the whole blob has the announced digest, the
// reservation turns into a claim of the blob; an upload that fails or idles gives it back.

// Expire abandons uploads that have been idle for too long.
func (g *Registry) Expire() {
	for _, s := range g.uploads.expiredSessions() {
		if s.busy.TryLock() {
			if !s.ended {
				g.abandonUpload(s)
			}
			s.busy.Unlock()
		}
	}
}

// abandonUpload ends a session without a blob and gives its reservation back.
func (g *Registry) abandonUpload(s *session) {
	g.uploads.endSession(s)
	g.ledger.releaseQuota(organisationOf(s.repository), s.size+rowBytes)
}

// serveUpload answers everything below /v2/<name>/blobs/uploads/.
func (g *Registry) serveUpload(w http.ResponseWriter, r *http.Request, route artifact.Route) error {
	if route.Reference == "" {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			return refuseRequest(http.StatusMethodNotAllowed, "UNSUPPORTED", "an upload begins with POST")
		}
		return g.beginUpload(w, r, route.Repository)
	}
	s, err := g.uploads.takeSession(route.Repository, route.Reference)
	if err != nil {
		return err
	}
	defer g.uploads.releaseSession(s)
	switch r.Method {
	case http.MethodGet:
		s.tellProgress(w, http.StatusNoContent)
	case http.MethodPatch:
		if err := g.appendPiece(s, r); err != nil {
			return err
		}
		s.tellProgress(w, http.StatusAccepted)
	case http.MethodPut:
		return g.endUpload(w, r, s)
	case http.MethodDelete:
		g.abandonUpload(s)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "GET, PATCH, PUT, DELETE")
		return refuseRequest(http.StatusMethodNotAllowed, "UNSUPPORTED", "an upload takes PATCH, PUT, GET and DELETE")
	}
	return nil
}

// beginUpload answers POST. It begins a session; with ?digest= it takes the whole blob; with ?mount= it takes a blob that is
// already held.
func (g *Registry) beginUpload(w http.ResponseWriter, r *http.Request, repository string) error {
	query := r.URL.Query()
	if text := query.Get("mount"); text != "" {
		digest, err := artifact.ParseDigest(text)
		if err != nil {
			return err
		}
		if err := g.holdBlob(repository, digest); err == nil {
			return answerCreated(w, "blobs", repository, digest)
		} else if !errors.Is(err, artifact.ErrNotFound) {
			return err
		}
	}
	if text := query.Get("digest"); text != "" {
		return g.takeWhole(w, r, repository, text)
	}
	organisation := organisationOf(repository)
	if err := g.ledger.reserveQuota(organisation, rowBytes, g.quotaOf(organisation)); err != nil {
		return err
	}
	s, err := g.uploads.beginSession(repository)
	if err != nil {
		g.ledger.releaseQuota(organisation, rowBytes)
		return err
	}
	s.tellProgress(w, http.StatusAccepted)
	return nil
}

// tellProgress answers with a session's URL and the bytes that it has received.
func (s *session) tellProgress(w http.ResponseWriter, status int) {
	w.Header().Set("Location", "/v2/"+s.repository+"/blobs/uploads/"+s.id)
	w.Header().Set("Docker-Upload-UUID", s.id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, s.size-1)))
	w.WriteHeader(status)
}

// appendPiece adds a piece to a session, either the whole piece or nothing.
func (g *Registry) appendPiece(s *session, r *http.Request) error {
	if text := r.Header.Get("Content-Range"); text != "" {
		first, _, _ := strings.Cut(text, "-")
		if start, err := strconv.ParseInt(first, 10, 64); err != nil || start != s.size {
			return refuseRequest(http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "the piece begins at %.20q, expected %d", first, s.size)
		}
	}
	if _, err := s.file.Seek(s.size, io.SeekStart); err != nil {
		return err
	}
	piece := g.newQuotaReader(r, s.repository, s.size)
	if _, err := io.Copy(s.file, piece); err != nil {
		// The client may ask how many bytes were received, and send the piece again.
		g.ledger.releaseQuota(organisationOf(s.repository), piece.taken)
		return errors.Join(err, s.file.Truncate(s.size))
	}
	s.size += piece.taken
	return nil
}

// endUpload answers PUT, which brings the rest of the blob and the digest of the whole.
func (g *Registry) endUpload(w http.ResponseWriter, r *http.Request, s *session) error {
	text := r.URL.Query().Get("digest")
	if s.size == 0 { // all of it comes now, as most clients do
		if err := g.takeWhole(w, r, s.repository, text); err != nil {
			return err
		}
		g.abandonUpload(s)
		return nil
	}
	digest, err := artifact.ParseDigest(text)
	if err != nil {
		return err
	}
	if err := g.appendPiece(s, r); err != nil {
		return err
	}
	_, err = s.file.Seek(0, io.SeekStart)
	if err == nil {
		_, err = g.blobs.PutAs(r.Context(), digest, s.file, g.opts.MaxBytes)
	}
	if err != nil {
		g.abandonUpload(s)
		return err
	}
	g.uploads.endSession(s)
	if err := g.claimBlob(s.repository, s.size+rowBytes, held{digest, s.size}); err != nil {
		return err
	}
	return answerCreated(w, "blobs", s.repository, digest)
}

// takeWhole takes a blob that comes in one piece.
func (g *Registry) takeWhole(w http.ResponseWriter, r *http.Request, repository, text string) error {
	digest, err := artifact.ParseDigest(text)
	if err != nil {
		return err
	}
	if r.ContentLength > g.opts.MaxBytes {
		return fmt.Errorf("%w: %d bytes, the limit is %d", artifact.ErrTooLarge, r.ContentLength, g.opts.MaxBytes)
	}
	organisation := organisationOf(repository)
	if held, err := g.ledger.holdsBlob(organisation, digest); err != nil {
		return err
	} else if _, absent := g.blobs.Size(digest); held && absent == nil {
		return answerCreated(w, "blobs", repository, digest)
	}
	if err := g.ledger.reserveQuota(organisation, rowBytes, g.quotaOf(organisation)); err != nil {
		return err
	}
	piece := g.newQuotaReader(r, repository, 0)
	size, err := g.blobs.PutAs(r.Context(), digest, piece, g.opts.MaxBytes)
	if err != nil {
		g.ledger.releaseQuota(organisation, piece.taken+rowBytes)
		return err
	}
	if err := g.claimBlob(repository, piece.taken+rowBytes, held{digest, size}); err != nil {
		return err
	}
	return answerCreated(w, "blobs", repository, digest)
}

func answerCreated(w http.ResponseWriter, kind, repository string, digest artifact.Digest) error {
	w.Header().Set("Location", "/v2/"+repository+"/"+kind+"/"+digest.String())
	w.Header().Set("Docker-Content-Digest", digest.String())
	w.WriteHeader(http.StatusCreated)
	return nil
}

// holdBlob makes the organisation of a repository a holder of a blob that is here.
func (g *Registry) holdBlob(repository string, digest artifact.Digest) error {
	g.sweep.RLock()
	defer g.sweep.RUnlock()
	size, err := g.blobs.Size(digest)
	if err != nil {
		return err
	}
	return g.ledger.claimBlobs(organisationOf(repository), g.quotaOf(organisationOf(repository)), 0, held{digest, size})
}

// claimBlob makes the organisation of a repository a holder of a blob that has just arrived. It need not wait for a collection,
// because collections spare young blobs.
func (g *Registry) claimBlob(repository string, reserved int64, blob held) error {
	organisation := organisationOf(repository)
	return g.ledger.claimBlobs(organisation, g.quotaOf(organisation), reserved, blob)
}

// quotaReader reserves the organisation's quota for the bytes that it reads, and stops at the size limit of a blob.
type quotaReader struct {
	from         io.Reader
	g            *Registry
	organisation string
	quota        int64
	before       int64 // bytes of the blob that came in earlier pieces
	taken        int64 // bytes reserved
}

func (g *Registry) newQuotaReader(r *http.Request, repository string, before int64) *quotaReader {
	organisation := organisationOf(repository)
	return &quotaReader{from: r.Body, g: g, organisation: organisation, quota: g.quotaOf(organisation), before: before}
}

func (q *quotaReader) Read(p []byte) (int, error) {
	n, err := q.from.Read(p)
	if n == 0 {
		return 0, err
	}
	if q.before+q.taken+int64(n) > q.g.opts.MaxBytes {
		return 0, fmt.Errorf("%w: more than the limit of %d bytes", artifact.ErrTooLarge, q.g.opts.MaxBytes)
	}
	if err := q.g.ledger.reserveQuota(q.organisation, int64(n), q.quota); err != nil {
		return 0, err
	}
	q.taken += int64(n)
	q.g.metrics.received.WithLabelValues().Add(float64(n))
	return n, err
}
