package client

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// This file reads the image of an app that is a container. An image comes in one of three forms: an OCI image layout, as a folder or
// a tar archive ("skopeo copy" and "docker buildx build --output type=oci" write it); the archive that "docker save" writes; or the
// name of an image in a registry, with its digest or a tag. An image in a registry stays there, and is published by its digest.

// image is an image that becomes a version of an app.
type image struct {
	manifest []byte
	digest   artifact.Digest
	size     uint64 // in bytes, of the manifest and of all that it names
	name     string
	layers   int
	config   artifact.ImageConfig
	// parts are the blobs to upload; nil for an image in a registry.
	parts map[artifact.Digest]artifact.Content
	// locators are the URLs of the repository that has the image, and registry reads from it; nil for an image on this machine.
	locators []string
	registry *artifact.Client
}

// imageSource names an image.
type imageSource struct {
	text string
	// platform, "os/architecture", chooses among several images; if it is empty, the only image or the one for this machine is taken.
	platform string
	token    string
}

// imageMark stands between a repository and the digest of an image in it.
const imageMark = "@sha256:"

// registryHost matches what docker reads as a registry's host before the first slash: a name with a dot or a port, or localhost.
var registryHost = regexp.MustCompile(`^(https?://)?([a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?|[a-z0-9-]+:[0-9]+|localhost)$`)

// isImage says whether a text names an image and not a module. It decides by the name, or by the file or folder at the path.
func isImage(text string) bool {
	if strings.Contains(text, imageMark) {
		return true
	}
	info, err := os.Stat(text)
	if err != nil {
		return inRegistry(text)
	}
	if info.IsDir() {
		_, err := os.Stat(filepath.Join(text, "index.json"))
		return err == nil
	}
	f, err := os.Open(text)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 262)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head[257:262]) == "ustar"
}

// inRegistry says whether a text names an image in a registry, with or without a tag.
func inRegistry(text string) bool {
	begin := 0
	if scheme := strings.Index(text, "://"); scheme >= 0 {
		begin = scheme + len("://")
	}
	at := strings.Index(text[begin:], "/")
	return at > 0 && registryHost.MatchString(text[:begin+at]) && !strings.HasSuffix(text, ".wasm")
}

// usualPlatform is the default choice among several images: Linux on this machine's architecture.
func usualPlatform() string { return "linux/" + goruntime.GOARCH }

// readImage reads an image, and refuses one that no worker would run, before anything is published or paid. It leaves the image's
// files open for the upload.
func readImage(ctx context.Context, from imageSource) (*image, error) {
	var img *image
	var err error
	if _, here := os.Stat(from.text); here != nil {
		img, err = lookUpImage(ctx, from)
	} else {
		img, err = openImage(from)
	}
	if err != nil {
		return nil, err
	}
	refused := func(err error) error {
		return &Error{Code: CodeUnsupported, Field: "App", Value: from.text, What: fmt.Sprintf("no worker runs %s: %v", from.text, err), Err: err}
	}
	m, err := artifact.ParseImage(img.manifest)
	if err != nil {
		return nil, refused(err)
	}
	img.digest, img.size, img.layers = artifact.Sum(img.manifest), m.ImageBytes(int64(len(img.manifest))), len(m.Layers)
	rules, err := contract.FindRuntime(contract.RuntimeOCI)
	if err != nil {
		return nil, err
	}
	if err := rules.CheckProgramBytes(img.size); err != nil {
		return nil, &Error{Code: CodeTooLarge, Field: "App", Value: from.text, Got: img.size, Limit: rules.MaxProgramBytes, What: fmt.Sprintf("%s: %v", from.text, err), Err: err}
	}
	if err := contract.CheckImageManifest(uint64(len(img.manifest)), uint64(m.Config.Size), len(m.Layers)); err != nil {
		return nil, refused(err)
	}
	for _, part := range m.Parts() {
		if _, found := img.parts[part.Digest]; !found && img.parts != nil {
			return nil, &Error{Code: CodeInvalid, Field: "App", Value: from.text, What: fmt.Sprintf("%s names %s, which is not in it", from.text, part.Digest), Expected: "a whole image"}
		}
	}
	config := artifact.NewMemory()
	if err := img.fetchPart(ctx, config, m.Config.Digest, m.Config.Size); err != nil {
		return nil, &Error{Code: CodeUnavailable, Field: "App", Value: from.text, What: fmt.Sprintf("the configuration of %s can't be read: %v", from.text, err), Err: err}
	}
	data, err := artifact.ReadAll(ctx, config, m.Config.Digest, m.Config.Size)
	if err != nil {
		return nil, err
	}
	if img.config, err = artifact.ParseImageConfig(m, data); err != nil {
		return nil, refused(err)
	}
	return img, nil
}

// fetchPart copies a blob of the image into a store, which checks its digest.
func (img *image) fetchPart(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error {
	if img.registry != nil {
		return img.registry.Fetch(ctx, into, digest, limit)
	}
	part, found := img.parts[digest]
	if !found {
		return fmt.Errorf("%w: %s is not in the image", artifact.ErrNotFound, digest)
	}
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = into.PutAs(ctx, digest, r, limit)
	return err
}

// lookUpImage reads the manifest of an image in a registry: [https://]host/repository, with @sha256:digest or :tag. It resolves a tag,
// so that the digest is published.
func lookUpImage(ctx context.Context, from imageSource) (*image, error) {
	where, hex, pinned := strings.Cut(from.text, imageMark)
	invalid := func(err error) error {
		return &Error{Code: CodeInvalid, Field: "App", Value: from.text, What: err.Error(), Expected: "registry.example/repository@sha256:DIGEST, or :TAG", Err: err}
	}
	if !strings.Contains(where, "://") {
		where = "https://" + where
	}
	tag := "latest"
	if at := strings.LastIndex(where, ":"); at > strings.LastIndex(where, "/") { // docker takes a tag beside a digest, and heeds the digest
		where, tag = where[:at], where[at+1:]
	}
	l, err := artifact.ParseLocation(where)
	if err != nil {
		return nil, invalid(err)
	}
	img := &image{
		name: assetName(path.Base(l.Repository), "app"), locators: []string{l.String()},
		registry: &artifact.Client{BaseURLs: []string{l.String()}, Token: from.token},
	}
	unavailable := func(err error) error {
		return &Error{Code: CodeUnavailable, Field: "App", Value: from.text, What: err.Error(), Err: err}
	}
	if pinned {
		digest, err := artifact.ParseHex(hex)
		if err != nil {
			return nil, invalid(err)
		}
		if img.manifest, err = img.readManifest(ctx, digest); err != nil {
			return nil, unavailable(err)
		}
	} else if img.manifest, err = img.registry.ReadTag(ctx, tag, contract.MaxImageManifestBytes); err != nil {
		return nil, unavailable(err)
	}
	if err := img.leaveIndices(from, func(d artifact.Digest) ([]byte, error) { return img.readManifest(ctx, d) }); err != nil {
		return nil, invalid(err)
	}
	return img, nil
}

// readManifest reads a manifest, or an index, of a registry.
func (img *image) readManifest(ctx context.Context, digest artifact.Digest) ([]byte, error) {
	store := artifact.NewMemory()
	if err := img.registry.FetchManifest(ctx, store, digest, contract.MaxImageManifestBytes); err != nil {
		return nil, err
	}
	return artifact.ReadAll(ctx, store, digest, contract.MaxImageManifestBytes)
}

// maxIndices is how deep indices may be nested: builders write an index that names another index.
const maxIndices = 4

// leaveIndices replaces an index in img.manifest by the manifest of the image that it names and from chooses.
func (img *image) leaveIndices(from imageSource, read func(artifact.Digest) ([]byte, error)) error {
	for range maxIndices {
		entries, is := artifact.ParseIndex(img.manifest)
		if !is {
			return nil
		}
		entry, err := artifact.ChooseImage(entries, from.platform, usualPlatform())
		if err != nil {
			return err
		}
		if img.manifest, err = read(entry.Digest); err != nil {
			return err
		}
		if got := artifact.Sum(img.manifest); got != entry.Digest {
			return fmt.Errorf("its manifest hashes to %s, the index says %s", got, entry.Digest)
		}
	}
	return fmt.Errorf("it has indices within indices, more than %d", maxIndices)
}

// openImage reads an archive or a folder.
func openImage(from imageSource) (*image, error) {
	var files imageFiles
	info, err := os.Stat(from.text)
	if err == nil && info.IsDir() {
		files = folder(from.text)
	} else {
		files, err = openArchive(from.text)
	}
	if err != nil {
		return nil, err
	}
	img := &image{name: assetName(from.text, "app"), parts: map[artifact.Digest]artifact.Content{}}
	if _, found, _ := files.find("index.json"); found {
		err = img.readLayout(from, files)
	} else {
		err = img.readSaved(files)
	}
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "App", Value: from.text, What: fmt.Sprintf("%s: %v", from.text, err), Expected: "an OCI image layout, or an archive of docker save, with one image", Err: err}
	}
	return img, nil
}

// uploadImage puts an image into the stores, unless a registry has it, and returns the URLs at which it is.
func (r *Runner) uploadImage(ctx context.Context, text string, img *image, tell Observer) ([]string, error) {
	if img.parts == nil {
		return img.locators, nil
	}
	if len(r.Stores) == 0 {
		return nil, &Error{Code: CodeMissing, Field: "Stores", What: "no artifact store is known to put " + text + " into", Expected: "the URL of one that workers can reach"}
	}
	store := &artifact.Client{BaseURLs: r.Stores, Token: r.StoreToken}
	if _, err := store.UploadImage(ctx, img.manifest, img.parts); err != nil {
		return nil, &Error{Code: CodeUnavailable, Field: "Stores", What: fmt.Sprintf("%s can't be uploaded: %v", text, err), Err: err}
	}
	tell.tellEvent(Event{Kind: EventUploaded, Size: img.size, Text: fmt.Sprintf("uploaded %s, %d bytes, %s", text, img.size, ShortDigest(img.digest.String()))})
	return r.Stores, nil
}

// checkRuntimePolicy refuses a policy that needs a court, if honest runs of the program may differ: no court can judge those. It runs
// before anything is published.
func checkRuntimePolicy(runtime, policy string) error {
	if policy == "" {
		policy = poco.DefaultPolicy
	}
	p, known := poco.PolicyByName(policy)
	rules, err := contract.FindRuntime(runtime)
	if err != nil || !known || rules.Deterministic || !p.Rules().CourtDecides() {
		return nil // the chain refuses unknown names
	}
	return &Error{
		Code: CodeUnsupported, Field: "Policy", Value: policy,
		What:     fmt.Sprintf("two honest runs of a container may differ, and the policy %s needs a court, which could not judge them", policy),
		Expected: "a policy without a court: " + poco.CourtlessPolicyNames(),
	}
}
