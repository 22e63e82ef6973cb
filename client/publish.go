package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// DatasetFile is a file that becomes a version of a dataset.
type DatasetFile struct {
	// Path on this machine.
	Path string
	// Name within the provider's organisation; the file's own when empty.
	Name string
	// Version; the beginning of the digest when empty.
	Version string
	// Description in a sentence; taken with the first version, or when not empty.
	Description string
	// Price in ucred for each task that reads it and ends with a result. ByOrder versions have none.
	Price   uint64
	ByOrder bool
	// Tags are the capabilities that reading it needs of a pool.
	Tags []string
	// MediaType of the content, such as "text/csv"; guessed of the file's name when empty.
	MediaType string
	// Schema is the digest of a description of the content; may be empty.
	Schema string
}

// mediaTypes by the extension of a file; for readers of the chain, so that others stay empty.
var mediaTypes = map[string]string{
	".csv": "text/csv", ".json": "application/json", ".txt": "text/plain", ".xml": "application/xml", ".zip": "application/zip",
	".gz": "application/gzip", ".parquet": "application/vnd.apache.parquet", ".png": "image/png", ".jpg": "image/jpeg",
}

// PublishDataset puts a file into the artifact stores and publishes it as a dataset of the provider's, unless the chain
// knows its bytes already; it returns the reference, "organisation/name:version". An *Error says what is wrong with the file.
func (r *Runner) PublishDataset(ctx context.Context, d DatasetFile, tell Observer) (string, error) {
	data, err := readFile("Datasets", d.Path, appstypes.MaxDatasetSize)
	if err != nil {
		return "", err
	}
	digest := artifact.Sum(data).String()
	if reference, err := r.knownDataset(ctx, digest, tell); reference != "" || err != nil {
		return reference, err
	}
	if err := r.uploadBlob(ctx, d.Path, data, tell); err != nil {
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
		Size_: uint64(len(data)), Locators: r.Stores, Price: d.Price, ByOrder: d.ByOrder,
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

// publishDatasets returns the references of the datasets to read, publishing the files among them.
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

// AppFile is a WebAssembly module, or an image, that becomes a version of an app.
type AppFile struct {
	// Path on this machine, or an image in a registry: registry.example/repository@sha256:DIGEST, or with :TAG.
	Path string
	// Platform, such as linux/arm64, of an image that comes for several machines; empty takes the one for this machine.
	Platform string
	// Name within the provider's organisation; the file's own when empty.
	Name string
	// Version; the beginning of the digest when empty.
	Version string
	// Description in a sentence; taken with the first version, or when not empty.
	Description string
	// Price in ucred for each task that ends with a result. ByOrder versions have none.
	Price   uint64
	ByOrder bool
	// Requirements are the least that an execution needs.
	Requirements appstypes.Resources
	// Tags are the capabilities that it needs of a pool.
	Tags []string
	// OutputPath is the folder below /out whose files are the result; everything when empty.
	OutputPath string
	// Nondeterministic says that two honest runs may differ.
	Nondeterministic bool
	// OkExit are the exit statuses that mean success for a job that names none; empty means 0 alone.
	OkExit []uint32
	// Fuel limit of one execution for a job that names none; 0 leaves it to the requester's program.
	Fuel uint64
}

// PublishApp puts a module or an image into the artifact stores and publishes it as an app of the provider's, unless the chain knows its
// bytes already; it returns the reference, "organisation/name:version". An *Error says what is wrong with the file.
func (r *Runner) PublishApp(ctx context.Context, a AppFile, tell Observer) (string, error) {
	if isImage(a.Path) {
		return r.publishImage(ctx, a, tell)
	}
	m, err := readModule(ctx, a.Path)
	if err != nil {
		return "", err
	}
	return r.publishModule(ctx, m, a, contract.MaxMemoryBytes, tell)
}

// publishImage publishes an image.
func (r *Runner) publishImage(ctx context.Context, a AppFile, tell Observer) (string, error) {
	img, err := readImage(ctx, imageSource{a.Path, a.Platform, r.StoreToken})
	if err != nil {
		return "", err
	}
	digest := img.digest.String()
	if reference, err := r.knownApp(ctx, digest, tell); reference != "" || err != nil {
		return reference, err
	}
	locators, err := r.uploadImage(ctx, a.Path, img, tell)
	if err != nil {
		return "", err
	}
	return r.publishProgram(ctx, a, published{img.name, digest, contract.RuntimeOCI, img.size, locators}, tell)
}

// published is what the chain is told of a program.
type published struct {
	name, digest, runtime string
	size                  uint64
	locators              []string
}

// publishModule publishes a module that tasks with this much memory, in bytes, can run.
func (r *Runner) publishModule(ctx context.Context, m *module, a AppFile, memory uint64, tell Observer) (string, error) {
	if reference, err := r.knownApp(ctx, m.digest, tell); reference != "" || err != nil {
		return reference, err
	}
	if err := m.checkMemory(a.Path, memory); err != nil {
		return "", err
	}
	if err := r.uploadBlob(ctx, a.Path, m.data, tell); err != nil {
		return "", err
	}
	return r.publishProgram(ctx, a, published{m.name, m.digest, contract.RuntimeWasm, uint64(len(m.data)), r.Stores}, tell)
}

// publishProgram publishes a program that the stores have.
func (r *Runner) publishProgram(ctx context.Context, a AppFile, m published, tell Observer) (string, error) {
	if a.Name == "" {
		a.Name = m.name
	}
	if a.Version == "" {
		a.Version = versionOf(m.digest)
	}
	msg := &appstypes.MsgPublish{
		Owner: r.providerKey().Address(), Name: a.Name, Version: a.Version, Description: a.Description, Digest: m.digest,
		Size_: m.size, Runtime: m.runtime, Locators: m.locators, Price: a.Price, ByOrder: a.ByOrder,
		Tags: markettypes.NormalTags(a.Tags), OutputPath: a.OutputPath, Nondeterministic: a.Nondeterministic, OkExit: a.OkExit, FuelLimit: a.Fuel,
	}
	if a.Requirements != (appstypes.Resources{}) {
		msg.Requirements = &a.Requirements
	}
	var answer appstypes.MsgPublishResponse
	done, err := r.publishMessage(ctx, msg, &answer)
	if err != nil {
		return r.sameBytes(err, a.Name, a.Version, m.digest, func() (string, error) { return r.knownApp(ctx, m.digest, tell) })
	}
	tell.tellEvent(Event{
		Kind: EventPublished, Height: done.Height, Reference: answer.Reference, Hash: done.Hash,
		Text: fmt.Sprintf("published as %s (%s): workers run exactly these bytes", answer.Reference, ShortDigest(m.digest)),
	})
	return answer.Reference, nil
}

// ProposedFuel is the fuel limit that an app's version proposes to jobs that name none, or DefaultFuel. reference is
// "organisation/name:version" or "sha256:DIGEST".
func ProposedFuel(ctx context.Context, conn *Conn, reference string) (uint64, error) {
	res, err := conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: reference})
	if unknownAsset(err) {
		return DefaultFuel, nil // the quote says so, in better words
	}
	if err != nil {
		return 0, err
	}
	return cmp.Or(res.Version.FuelLimit, DefaultFuel), nil
}

// knownApp is the reference under which the chain knows the bytes of a digest; empty when it does not.
func (r *Runner) knownApp(ctx context.Context, digest string, tell Observer) (string, error) {
	res, err := r.Conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: digest})
	if err != nil {
		if unknownAsset(err) {
			err = nil
		}
		return "", err
	}
	reference := res.Version.App + ":" + res.Version.Version
	tell.tellEvent(Event{Kind: EventKnown, Reference: reference, Text: fmt.Sprintf("the chain knows this app already, as %s (%s)", reference, ShortDigest(digest))})
	return reference, nil
}

// knownDataset is knownApp of datasets.
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

// sameBytes looks what became of a version that the chain says is published already. When somebody published the very same
// bytes meanwhile, as two first runs at once do, it is done: their reference is returned. Other bytes under the name are an
// error.
func (r *Runner) sameBytes(err error, name, version, digest string, known func() (string, error)) (string, error) {
	if !errors.Is(err, &TxError{Codespace: appstypes.ModuleName, Code: appstypes.ErrVersionExists.ABCICode()}) {
		return "", err
	}
	if reference, lookErr := known(); reference != "" || lookErr != nil {
		return reference, lookErr
	}
	return "", &Error{
		Code: CodeExists, Field: "Version", Value: version, Err: err,
		What: fmt.Sprintf("version %s of %s is published already, with other bytes than %s, and a version never changes", version, name, ShortDigest(digest)),
	}
}

// publishApp returns the reference of the app to run, publishing it when it is a file that the chain doesn't know.
func (r *Runner) publishApp(ctx context.Context, job Job, tell Observer) (string, error) {
	if isImage(job.App) {
		return r.publishImage(ctx, AppFile{Path: job.App, Platform: job.Platform}, tell)
	}
	if isReference(job.App) {
		return ResolveReference(ctx, r.Conn, job.App, false)
	}
	m, err := readModule(ctx, job.App)
	if err != nil {
		return "", err
	}
	return r.publishModule(ctx, m, AppFile{Path: job.App}, job.Resources.MemoryBytes, tell)
}

// unknownAsset says whether the chain answered that it knows no such app or dataset.
func unknownAsset(err error) bool {
	refused := Refused(err)
	return status.Code(err) == codes.NotFound || refused != nil && refused.Codespace == appstypes.ModuleName
}

// versionOf is the version of what is published by its digest alone.
func versionOf(digest string) string {
	digits, _ := artifact.CutAlgorithm(digest)
	return digits[:12]
}

// providerKey publishes.
func (r *Runner) providerKey() Key {
	if r.Provider != nil {
		return r.Provider
	}
	return r.Requester
}

// publishMessage sends one message of the provider's and reads the answer.
func (r *Runner) publishMessage(ctx context.Context, msg sdk.Msg, answer proto.Message) (*TxResult, error) {
	sender, err := NewSender(r.Conn, r.providerKey(), SenderOptions{Gas: TableGas, Stall: r.Stall, pulse: newPulse(r.tell, r.Stall, r.notice)})
	if err != nil {
		return nil, err
	}
	done, err := sender.Do(ctx, msg)
	if err != nil {
		return nil, err
	}
	return done, done.Response(0, answer)
}

// uploadInputs uploads the input files.
func (r *Runner) uploadInputs(ctx context.Context, job Job, tell Observer) ([]*dealstypes.Input, error) {
	var out []*dealstypes.Input
	for _, in := range job.Inputs {
		data, err := in.Read()
		if err != nil {
			return nil, err
		}
		if err := r.uploadBlob(ctx, in.Path, data, tell); err != nil {
			return nil, err
		}
		out = append(out, &dealstypes.Input{Name: in.Name, Digest: artifact.Sum(data).String(), Size_: uint64(len(data)), Locators: r.Stores, Tree: in.Folder})
	}
	return out, nil
}

// readFile reads a file that a field names, of at most so many bytes.
func readFile(field, path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	wrong := &Error{Field: field, Value: path}
	switch {
	case os.IsNotExist(err):
		wrong.Code, wrong.What, wrong.Err = CodeNotFound, "there is no such file", err
		return nil, wrong
	case err != nil:
		return nil, err
	case info.IsDir():
		wrong.Code, wrong.What, wrong.Expected = CodeInvalid, "it is a folder", "a file"
		return nil, wrong
	case info.Size() > most:
		wrong.Code, wrong.What, wrong.Got, wrong.Limit = CodeTooLarge, "it has more bytes than are taken", uint64(info.Size()), uint64(most)
		return nil, wrong
	}
	return os.ReadFile(path)
}

func (r *Runner) uploadBlob(ctx context.Context, path string, data []byte, tell Observer) error {
	store := &artifact.Client{BaseURLs: r.Stores, Token: r.StoreToken}
	digest := artifact.Sum(data)
	if len(r.Stores) == 0 {
		return &Error{Code: CodeMissing, Field: "Stores", What: "no artifact store is known to put " + path + " into", Expected: "the URL of one that workers can reach"}
	}
	if has, err := store.Has(ctx, digest); err == nil && has {
		return nil
	}
	if _, err := store.Upload(ctx, data); err != nil {
		return &Error{Code: CodeUnavailable, Field: "Stores", What: fmt.Sprintf("%s can't be uploaded: %v", path, err), Err: err}
	}
	tell.tellEvent(Event{Kind: EventUploaded, Size: uint64(len(data)), Text: fmt.Sprintf("uploaded %s, %d bytes, %s", path, len(data), ShortDigest(digest.String()))})
	return nil
}
