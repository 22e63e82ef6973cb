package client

import (
	"context"
	"fmt"
	"os"

	"github.com/credence-chain/credence/artifact"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// uploadInputs uploads the inputs of a job, and returns them as the chain takes them.
func (r *Runner) uploadInputs(ctx context.Context, job Job, tell Observer) ([]*dealstypes.Input, error) {
	out := job.answerInputs(r.Stores)
	for _, in := range job.Inputs {
		content, digest, err := in.Blob()
		if err != nil {
			return nil, err
		}
		if err := r.uploadContent(ctx, in.Path, digest, content, tell); err != nil {
			return nil, err
		}
		out = append(out, &dealstypes.Input{Name: in.Name, Digest: digest.String(), Size_: uint64(content.Size()), Locators: r.Stores, Tree: in.Folder})
	}
	return out, nil
}

// findFile returns the content of a file of at most `most` bytes, as it lies on the disk. field is the name of the field that the error is
// about.
func findFile(field, path string, most int64) (artifact.File, error) {
	info, err := os.Stat(path)
	wrong := &Error{Field: field, Value: path}
	switch {
	case os.IsNotExist(err):
		wrong.Code, wrong.What, wrong.Err = CodeNotFound, "there is no such file", err
		return artifact.File{}, wrong
	case err != nil:
		return artifact.File{}, err
	case info.IsDir():
		wrong.Code, wrong.What, wrong.Expected = CodeInvalid, "it is a folder", "a file"
		return artifact.File{}, wrong
	case info.Size() > most:
		wrong.Code, wrong.What, wrong.Got, wrong.Limit = CodeTooLarge, "it has more bytes than are taken", uint64(info.Size()), uint64(most)
		return artifact.File{}, wrong
	}
	return artifact.File{Path: path, Long: info.Size()}, nil
}

// uploadBlob puts data into the stores, unless they have it. path is only for messages.
func (r *Runner) uploadBlob(ctx context.Context, path string, data []byte, tell Observer) error {
	return r.uploadContent(ctx, path, artifact.Sum(data), artifact.Bytes(data), tell)
}

// uploadContent is uploadBlob of a content, which may lie on the disk.
func (r *Runner) uploadContent(ctx context.Context, path string, digest artifact.Digest, content artifact.Content, tell Observer) error {
	store := &artifact.Client{BaseURLs: r.Stores, Token: r.StoreToken}
	if len(r.Stores) == 0 {
		return &Error{Code: CodeMissing, Field: "Stores", What: "no artifact store is known to put " + path + " into", Expected: "the URL of one that workers can reach"}
	}
	if has, err := store.Has(ctx, digest); err == nil && has {
		return nil
	}
	if err := store.UploadContent(ctx, digest, content); err != nil {
		return &Error{Code: CodeUnavailable, Field: "Stores", What: fmt.Sprintf("%s can't be uploaded: %v", path, err), Err: err}
	}
	tell.tellEvent(Event{Kind: EventUploaded, Size: uint64(content.Size()), Text: fmt.Sprintf("uploaded %s, %d bytes, %s", path, content.Size(), ShortDigest(digest.String()))})
	return nil
}
