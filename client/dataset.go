package client

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/credence-chain/credence/artifact"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// DatasetFile is a file that becomes a version of a dataset.
type DatasetFile struct {
	// Path on this machine.
	Path string
	// Name within the provider's organisation; if empty, the name of the file.
	Name string
	// Version; if empty, the first 12 digits of the digest.
	Version string
	// Description of the dataset in one sentence. If empty, later versions keep the description that the dataset has.
	Description string
	// Price in ucred for each task that reads it and ends with a result. A ByOrder version has no price of its own, but needs an order.
	Price   uint64
	ByOrder bool
	// Tags are the capabilities that a pool must have to read it.
	Tags []string
	// MediaType of the content, such as "text/csv"; if empty, guessed from the file's name.
	MediaType string
	// Schema is the digest of a description of the content; may be empty.
	Schema string
}

// mediaTypes has the media types of common file extensions. Other files get none: the type only informs people who read the chain.
var mediaTypes = map[string]string{
	".csv": "text/csv", ".json": "application/json", ".txt": "text/plain", ".xml": "application/xml", ".zip": "application/zip",
	".gz": "application/gzip", ".parquet": "application/vnd.apache.parquet", ".png": "image/png", ".jpg": "image/jpeg",
}

// PublishDataset puts a file into the artifact stores and publishes it as a dataset of the provider, unless the chain already has
// its bytes. It returns the reference, "organisation/name:version". An *Error says what is wrong with the file.
func (r *Runner) PublishDataset(ctx context.Context, d DatasetFile, tell Observer) (string, error) {
	file, sum, err := findDataset(d.Path)
	if err != nil {
		return "", err
	}
	digest := sum.String()
	if reference, err := r.knownDataset(ctx, digest, tell); reference != "" || err != nil {
		return reference, err
	}
	if err := r.uploadContent(ctx, d.Path, sum, file, tell); err != nil {
		return "", err
	}
	if d.Name == "" {
		d.Name = assetName(d.Path, "data")
	}
	if d.Version == "" {
		d.Version = versionOf(digest)
	}
	if d.MediaType == "" {
		d.MediaType = mediaTypes[strings.ToLower(filepath.Ext(d.Path))]
	}
	msg := &appstypes.MsgPublishDataset{
		Owner: r.providerKey().Address(), Name: d.Name, Version: d.Version, Description: d.Description, Digest: digest,
		Size_: uint64(file.Size()), Locators: r.Stores, Price: d.Price, ByOrder: d.ByOrder,
		Tags: markettypes.NormalTags(d.Tags), MediaType: d.MediaType, Schema: d.Schema,
	}
	var answer appstypes.MsgPublishDatasetResponse
	done, err := r.publishMessage(ctx, msg, &answer)
	if err != nil {
		return r.sameBytes(err, d.Name, d.Version, digest, func() (string, error) { return r.knownDataset(ctx, digest, tell) })
	}
	name, _, _ := strings.Cut(answer.Reference, ":")
	tell.tellEvent(Event{
		Kind: EventPublished, Height: done.Height, Reference: answer.Reference, Hash: done.Hash,
		Text: fmt.Sprintf("published as %s (%s): programs find exactly these bytes in /in/datasets/%s", answer.Reference, ShortDigest(digest), name),
	})
	return answer.Reference, nil
}

// findDataset returns a file that is to be a dataset, as it lies on the disk, and its digest.
func findDataset(path string) (artifact.File, artifact.Digest, error) {
	file, err := findFile("Datasets", path, appstypes.MaxDatasetSize)
	if err != nil {
		return file, artifact.Digest{}, err
	}
	digest, err := artifact.SumContent(file)
	return file, digest, err
}

// publishDatasets publishes those datasets of a job that are files, and returns the references of all.
func (r *Runner) publishDatasets(ctx context.Context, job Job, tell Observer) (out []string, err error) {
	for _, text := range job.Datasets {
		if !isReference(text) {
			if text, err = r.PublishDataset(ctx, DatasetFile{Path: text}, tell); err != nil {
				return nil, err
			}
		} else if text, err = ResolveReference(ctx, r.Conn, text, true); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// knownDataset does for datasets what knownApp does for apps.
func (r *Runner) knownDataset(ctx context.Context, digest string, tell Observer) (string, error) {
	res, err := r.Conn.Apps().DatasetVersion(ctx, &appstypes.QueryDatasetVersionRequest{Reference: digest})
	if err != nil {
		if unknownAsset(err) {
			err = nil
		}
		return "", err
	}
	reference := res.Version.Dataset + ":" + res.Version.Version
	tell.tellEvent(Event{Kind: EventKnown, Reference: reference, Text: fmt.Sprintf("the chain knows this dataset already, as %s (%s)", reference, ShortDigest(digest))})
	return reference, nil
}
