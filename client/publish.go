package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// AppFile is a WebAssembly module, or an image, that becomes a version of an app.
type AppFile struct {
	// Path on this machine, or an image in a registry: registry.example/repository@sha256:DIGEST, or with :TAG.
	Path string
	// Platform, such as linux/arm64, chooses among images for several machines; empty takes the one for this machine.
	Platform string
	// Name within the provider's organisation; if empty, the name of the file.
	Name string
	// Version; if empty, the first 12 digits of the digest.
	Version string
	// Description of the app in one sentence. If empty, later versions keep the description that the app has.
	Description string
	// Price in ucred for each task that ends with a result. A ByOrder version has no price: only orders offer it.
	Price   uint64
	ByOrder bool
	// Requirements are the least resources that an execution needs.
	Requirements appstypes.Resources
	// Tags are the capabilities that a pool must have to run it.
	Tags []string
	// OutputPath is the folder below /out whose files are the result; empty means all of /out.
	OutputPath string
	// Nondeterministic says that two honest runs may differ.
	Nondeterministic bool
	// OkExit are the exit statuses that mean success for a job that names none; empty means only 0.
	OkExit []uint32
	// Fuel is the limit of one execution for a job that names none; 0 leaves the limit to the requester's program.
	Fuel uint64
}

// PublishApp puts a module or an image into the artifact stores and publishes it as an app of the provider, unless the chain already
// has its bytes. It returns the reference, "organisation/name:version". An *Error says what is wrong with the file.
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

// publishImage uploads and publishes an image, unless the chain has it, and returns its reference.
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

// published has the facts of a program that its version on the chain records.
type published struct {
	name, digest, runtime string
	size                  uint64
	locators              []string
}

// publishModule uploads and publishes a module, unless the chain has it. It refuses a module that needs more memory than tasks may
// have; memory is in bytes.
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

// messageFor returns the message that publishes a program, with the names that it gets where the file names none.
func (r *Runner) messageFor(a AppFile, m published) *appstypes.MsgPublish {
	msg := &appstypes.MsgPublish{
		Owner: r.providerKey().Address(), Name: cmp.Or(a.Name, m.name), Version: cmp.Or(a.Version, versionOf(m.digest)), Description: a.Description, Digest: m.digest,
		Size_: m.size, Runtime: m.runtime, Locators: m.locators, Price: a.Price, ByOrder: a.ByOrder,
		Tags: markettypes.NormalTags(a.Tags), OutputPath: a.OutputPath, Nondeterministic: a.Nondeterministic, OkExit: a.OkExit, FuelLimit: a.Fuel,
	}
	if a.Requirements != (appstypes.Resources{}) {
		msg.Requirements = &a.Requirements
	}
	return msg
}

// publishProgram publishes a program that has been uploaded.
func (r *Runner) publishProgram(ctx context.Context, a AppFile, m published, tell Observer) (string, error) {
	msg := r.messageFor(a, m)
	var answer appstypes.MsgPublishResponse
	done, err := r.publishMessage(ctx, msg, &answer)
	if err != nil {
		return r.sameBytes(err, msg.Name, msg.Version, m.digest, func() (string, error) { return r.knownApp(ctx, m.digest, tell) })
	}
	tell.tellEvent(Event{
		Kind: EventPublished, Height: done.Height, Reference: answer.Reference, Hash: done.Hash,
		Text: fmt.Sprintf("published as %s (%s): workers run exactly these bytes", answer.Reference, ShortDigest(m.digest)),
	})
	return answer.Reference, nil
}

// ProposedFuel returns the fuel limit that an app's version proposes to jobs that name none, or else DefaultFuel. reference is
// "organisation/name:version" or "sha256:DIGEST".
func ProposedFuel(ctx context.Context, conn *Conn, reference string) (uint64, error) {
	res, err := conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: reference})
	if unknownAsset(err) {
		return DefaultFuel, nil // the quote fails with a better error
	}
	if err != nil {
		return 0, err
	}
	return cmp.Or(res.Version.FuelLimit, DefaultFuel), nil
}

// knownApp returns the reference of the version whose digest is given, or "" if the chain has none, and tells the observer of it.
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

// sameBytes handles the refusal "this version exists already". If somebody has published the same bytes in the meantime, as two
// first runs at once do, it returns their reference. Other bytes under the same version are an error.
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

// publishApp returns the reference of the app to run. It publishes a file that the chain does not have.
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

// versionOf returns the default version: the first 12 digits of the digest.
func versionOf(digest string) string {
	digits, _ := artifact.CutAlgorithm(digest)
	return digits[:12]
}

// providerKey returns the key that publishes: the provider's or, without one, the requester's.
func (r *Runner) providerKey() Key {
	if r.Provider != nil {
		return r.Provider
	}
	return r.Requester
}

// publishMessage sends one message in the name of the provider, and reads the answer.
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
