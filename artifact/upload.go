package artifact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// The names under which a registry keeps an uploaded blob. Without a manifest that names it, a registry would collect the blob, and
// mirrors would not copy it.
const (
	// ManifestType is the media type of an OCI image manifest.
	ManifestType = "application/vnd.oci.image.manifest.v1+json"
	// BlobType is the artifact type of one blob of this project.
	BlobType = "application/vnd.credence.blob.v1"

	emptyType = "application/vnd.oci.empty.v1+json"
	octetType = "application/octet-stream"
)

// emptyConfig is the content of an empty configuration of a manifest, by the OCI image specification 1.1.
var emptyConfig = []byte("{}")

// Descriptor names content within a manifest.
type Descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    Digest `json:"digest"`
	Size      int64  `json:"size"`
}

// Manifest is an OCI image manifest with the fields that this package uses.
type Manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	ArtifactType  string       `json:"artifactType,omitempty"`
	Config        Descriptor   `json:"config"`
	Layers        []Descriptor `json:"layers"`
}

// BlobManifest returns the manifest that keeps a blob in a registry: the blob is its only layer. It depends only on the blob, so
// that two publishers of the same bytes make the same manifest.
func BlobManifest(blob Digest, size int64) []byte {
	data, _ := json.Marshal(Manifest{ // nothing in it can fail to marshal
		SchemaVersion: 2, MediaType: ManifestType, ArtifactType: BlobType,
		Config: Descriptor{emptyType, Sum(emptyConfig), int64(len(emptyConfig))},
		Layers: []Descriptor{{octetType, blob, size}},
	})
	return data
}

// BlobTag returns the tag of the blob's manifest.
func BlobTag(blob Digest) string { return "sha256-" + blob.Hex() }

// Upload puts data on every server and returns its digest. It fails only if no server took the data: with ErrRefused if one
// declined, with ErrUnreachable otherwise.
func (c *Client) Upload(ctx context.Context, data []byte) (Digest, error) {
	digest := Sum(data)
	return digest, c.UploadContent(ctx, digest, Bytes(data))
}

// UploadContent puts the content with this digest on every server. It does not read the content into memory. Errors are those of Upload.
func (c *Client) UploadContent(ctx context.Context, digest Digest, content Content) error {
	return c.putEverywhere(digest, func(base string) error { return c.uploadTo(ctx, base, digest, content) })
}

// putEverywhere puts the content of a digest on every server, and fails if no server took it.
func (c *Client) putEverywhere(digest Digest, put func(base string) error) error {
	kind, stored := ErrUnreachable, false
	var trouble []error
	for _, base := range c.BaseURLs {
		err := put(base)
		if err == nil {
			stored = true
			continue
		}
		trouble = append(trouble, fmt.Errorf("%s: %w", base, err))
		if errors.Is(err, ErrRefused) {
			kind = ErrRefused
		}
	}
	if stored {
		return nil
	}
	return fmt.Errorf("%w: %s: %v", kind, digest, errors.Join(trouble...))
}

// uploadTo puts a blob and the manifest that keeps it on one server.
func (c *Client) uploadTo(ctx context.Context, base string, digest Digest, content Content) error {
	l, err := ParseLocation(base)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRefused, err)
	}
	ctx = withScope(ctx, l, auth.ActionPull, auth.ActionPush)
	if err := c.uploadBlob(ctx, l, digest, content); err != nil {
		return err
	}
	if err := c.uploadBlob(ctx, l, Sum(emptyConfig), Bytes(emptyConfig)); err != nil {
		return err
	}
	_, err = c.sendRequest(ctx, http.MethodPut, l.manifestURL(BlobTag(digest)), ManifestType, Bytes(BlobManifest(digest, content.Size())), http.StatusCreated)
	return err
}

// UploadImage puts an image on every server: first the blobs that its manifest names, and then the manifest under its digest.
// Errors are those of Upload.
func (c *Client) UploadImage(ctx context.Context, manifest []byte, parts map[Digest]Content) (Digest, error) {
	digest := Sum(manifest)
	m, err := ParseImage(manifest)
	if err != nil {
		return digest, err
	}
	return digest, c.putEverywhere(digest, func(base string) error { return c.uploadImage(ctx, base, manifest, m, parts) })
}

func (c *Client) uploadImage(ctx context.Context, base string, manifest []byte, m Manifest, parts map[Digest]Content) error {
	l, err := ParseLocation(base)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRefused, err)
	}
	ctx = withScope(ctx, l, auth.ActionPull, auth.ActionPush)
	for _, part := range m.Parts() {
		if err := c.uploadBlob(ctx, l, part.Digest, parts[part.Digest]); err != nil {
			return fmt.Errorf("%s: %w", part.Digest, err)
		}
	}
	mediaType := m.MediaType
	if mediaType == "" {
		mediaType = ManifestType
	}
	_, err = c.sendRequest(ctx, http.MethodPut, l.manifestURL(Sum(manifest).String()), mediaType, Bytes(manifest), http.StatusCreated)
	return err
}

// uploadBlob begins an upload and sends the whole blob in one request, unless the server has it.
func (c *Client) uploadBlob(ctx context.Context, l Location, digest Digest, data Content) error {
	if status, err := c.askHead(ctx, l, digest); err == nil && status == http.StatusOK {
		return nil
	}
	to, err := c.sendRequest(ctx, http.MethodPost, l.uploadsURL(), "", nil, http.StatusAccepted)
	if err != nil {
		return err
	}
	if to == nil {
		return fmt.Errorf("%w: an upload was granted, but the answer has no Location to send it to", ErrRefused)
	}
	query, err := url.ParseQuery(to.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: the upload goes to %q: %v", ErrRefused, to, err)
	}
	query.Set("digest", digest.String())
	to.RawQuery = query.Encode()
	_, err = c.sendRequest(ctx, http.MethodPut, to.String(), octetType, data, http.StatusCreated)
	return err
}

// sendRequest makes one request of an upload. It returns the Location that the answer names, or nil if it names none. Errors wrap
// ErrRefused when the server declined the request.
func (c *Client) sendRequest(ctx context.Context, method, to, mediaType string, data Content, want int) (*url.URL, error) {
	watch, ctx := watchStall(ctx, 2*c.stallLimit())
	defer watch.stopWatch()
	req, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		return nil, err
	}
	if data != nil {
		// After a challenge or a redirect the body is sent again.
		req.GetBody = func() (io.ReadCloser, error) { return watchContent(data, watch) }
		if req.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
		req.ContentLength = data.Size()
		if req.ContentLength == 0 {
			req.Body = http.NoBody
		}
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := c.doRequest(req)
	if err != nil {
		return nil, watch.explainStall(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == want || resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		location, err := resp.Location()
		if err != nil { // http.ErrNoLocation, or one that cannot be read
			return nil, nil
		}
		return location, nil
	}
	reason, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
	err = fmt.Errorf("status %d: %s", resp.StatusCode, strings.TrimSpace(string(reason)))
	if resp.StatusCode >= 400 && resp.StatusCode < 500 || resp.StatusCode == http.StatusInsufficientStorage {
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return nil, err
}

// watchContent reads content and reports the progress to the watch.
func watchContent(data Content, watch *stallWatch) (io.ReadCloser, error) {
	r, err := data.Open()
	return &watchedReader{r, watch}, err
}

type watchedReader struct {
	io.ReadCloser
	watch *stallWatch
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.watch.noteProgress(n)
	return n, err
}
