package client

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// An app that is a container comes in one of three forms: a tar archive with an OCI image layout, as "skopeo copy" and
// "docker buildx build --output type=oci" write it; the archive that "docker save" writes; or the name of an image in a
// registry, with its digest, which is published as it is there.

// image is an image that becomes a version of an app.
type image struct {
	manifest []byte
	digest   artifact.Digest
	size     uint64 // of the manifest and of all that it names
	name     string
	// parts are what is uploaded; nil for an image that a registry has already.
	parts map[artifact.Digest]artifact.Content
	// locators are where it is already.
	locators []string
}

// imageMark stands between a repository and the digest of an image in it.
const imageMark = "@sha256:"

// isImage tells an image from a module: by its name, or by the beginning of its file.
func isImage(text string) bool {
	if strings.Contains(text, imageMark) {
		return true
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

// readImage reads an image and says what no worker would take, before anything is published or paid. What it has open is
// closed by the end of the process's use of it.
func readImage(ctx context.Context, text, token string) (*image, error) {
	var img *image
	var err error
	if strings.Contains(text, imageMark) {
		img, err = lookUpImage(ctx, text, token)
	} else {
		img, err = openImage(text)
	}
	if err != nil {
		return nil, err
	}
	m, err := artifact.ParseImage(img.manifest)
	if err != nil {
		return nil, &Error{Code: CodeUnsupported, Field: "App", Value: text, What: fmt.Sprintf("no worker runs %s: %v", text, err), Err: err}
	}
	img.digest, img.size = artifact.Sum(img.manifest), m.ImageBytes(int64(len(img.manifest)))
	rules, err := contract.FindRuntime(contract.RuntimeOCI)
	if err != nil {
		return nil, err
	}
	if err := rules.CheckProgramBytes(img.size); err != nil {
		return nil, &Error{Code: CodeTooLarge, Field: "App", Value: text, Got: img.size, Limit: rules.MaxProgramBytes, What: fmt.Sprintf("%s: %v", text, err), Err: err}
	}
	for _, part := range m.Parts() {
		if _, found := img.parts[part.Digest]; !found && img.parts != nil {
			return nil, &Error{Code: CodeInvalid, Field: "App", Value: text, What: fmt.Sprintf("%s names %s, which is not in it", text, part.Digest), Expected: "a whole image"}
		}
	}
	return img, nil
}

// lookUpImage reads the manifest of an image in a registry: [https://]host/repository@sha256:digest.
func lookUpImage(ctx context.Context, text, token string) (*image, error) {
	where, hex, _ := strings.Cut(text, imageMark)
	digest, err := artifact.ParseDigest("sha256:" + hex)
	if !strings.Contains(where, "://") {
		where = "https://" + where
	}
	var l artifact.Location
	if err == nil {
		l, err = artifact.ParseLocation(where)
	}
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "App", Value: text, What: err.Error(), Expected: "registry.example/repository@sha256:DIGEST", Err: err}
	}
	store := artifact.NewMemory()
	registry := &artifact.Client{BaseURLs: []string{l.String()}, Token: token}
	if err := registry.FetchManifest(ctx, store, digest, contract.MaxImageManifestBytes); err != nil {
		return nil, &Error{Code: CodeUnavailable, Field: "App", Value: text, What: err.Error(), Err: err}
	}
	data, err := artifact.ReadAll(ctx, store, digest, contract.MaxImageManifestBytes)
	return &image{manifest: data, name: assetName(path.Base(l.Repository), "app"), locators: []string{l.String()}}, err
}

// openImage reads an archive.
func openImage(file string) (*image, error) {
	archive, err := openArchive(file)
	if err != nil {
		return nil, err
	}
	img := &image{name: assetName(file, "app"), parts: map[artifact.Digest]artifact.Content{}}
	if archive.entries["index.json"].Long > 0 {
		err = img.readLayout(archive)
	} else {
		err = img.readSaved(archive)
	}
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "App", Value: file, What: fmt.Sprintf("%s: %v", file, err), Expected: "an archive with an OCI image layout, or one of docker save, with one image", Err: err}
	}
	return img, nil
}

// archive is a tar archive whose files are read where they lie.
type archive struct{ entries map[string]artifact.Part }

func openArchive(file string) (archive, error) {
	a := archive{map[string]artifact.Part{}}
	f, err := os.Open(file)
	if err != nil {
		return a, err
	}
	links := map[string]string{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return a, &Error{Code: CodeInvalid, Field: "App", Value: file, What: fmt.Sprintf("%s is no sound archive: %v", file, err), Err: err}
		}
		name := path.Clean(h.Name)
		switch h.Typeflag {
		case tar.TypeSymlink: // "docker save" names layers so that are there already
			links[name] = path.Join(path.Dir(name), h.Linkname)
		case tar.TypeReg:
			at, err := f.Seek(0, io.SeekCurrent) // the reader takes headers, and nothing ahead of them
			if err != nil {
				return a, err
			}
			a.entries[name] = artifact.Part{In: f, Offset: at, Long: h.Size}
		}
	}
	for name, to := range links {
		if part, found := a.entries[to]; found {
			a.entries[name] = part
		}
	}
	return a, nil
}

// read gives a small file of the archive.
func (a archive) read(name string) ([]byte, error) {
	part, found := a.entries[path.Clean(name)]
	switch {
	case !found:
		return nil, fmt.Errorf("it has no %s", name)
	case part.Long > contract.MaxImageManifestBytes:
		return nil, fmt.Errorf("%s has %d bytes, the limit is %d", name, part.Long, contract.MaxImageManifestBytes)
	}
	return artifact.ReadContent(part)
}

// decode reads JSON of the archive.
func (a archive) decode(name string, into any) error {
	data, err := a.read(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func blobName(d artifact.Digest) string { return "blobs/sha256/" + d.Hex() }

// readLayout reads an OCI image layout.
func (img *image) readLayout(a archive) error {
	var index struct {
		Manifests []artifact.Descriptor `json:"manifests"`
	}
	if err := a.decode("index.json", &index); err != nil {
		return err
	}
	if len(index.Manifests) != 1 {
		return fmt.Errorf("it has %d images, expected 1", len(index.Manifests))
	}
	var err error
	if img.manifest, err = a.read(blobName(index.Manifests[0].Digest)); err != nil {
		return err
	}
	if got := artifact.Sum(img.manifest); got != index.Manifests[0].Digest {
		return fmt.Errorf("its manifest hashes to %s, the index says %s", got, index.Manifests[0].Digest)
	}
	m, err := artifact.ParseImage(img.manifest)
	if err != nil {
		return err
	}
	for _, part := range m.Parts() {
		if blob, found := a.entries[blobName(part.Digest)]; found {
			img.parts[part.Digest] = blob
		}
	}
	return nil
}

// readSaved reads what "docker save" wrote before it wrote layouts, and makes the manifest that this image has in a registry
// which keeps its layers as they are. It is a function of the image, so that everybody comes to the same digest.
func (img *image) readSaved(a archive) error {
	var saved []struct {
		Config string
		Layers []string
	}
	if err := a.decode("manifest.json", &saved); err != nil {
		return err
	}
	if len(saved) != 1 {
		return fmt.Errorf("it has %d images, expected 1", len(saved))
	}
	m := artifact.Manifest{SchemaVersion: 2, MediaType: artifact.ManifestType}
	add := func(mediaType, name string) (artifact.Descriptor, error) {
		part, found := a.entries[path.Clean(name)]
		if !found {
			return artifact.Descriptor{}, fmt.Errorf("it has no %s", name)
		}
		h := artifact.NewHasher()
		if err := artifact.CopyContent(h, part); err != nil {
			return artifact.Descriptor{}, err
		}
		img.parts[h.Digest()] = part
		return artifact.Descriptor{MediaType: mediaType, Digest: h.Digest(), Size: part.Long}, nil
	}
	var err error
	if m.Config, err = add("application/vnd.oci.image.config.v1+json", saved[0].Config); err != nil {
		return err
	}
	for _, name := range saved[0].Layers {
		layer, err := add("application/vnd.oci.image.layer.v1.tar", name)
		if err != nil {
			return err
		}
		m.Layers = append(m.Layers, layer)
	}
	img.manifest, err = json.Marshal(m)
	return err
}

// uploadImage puts an image into the stores, unless a registry has it, and returns where it is.
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
	tell.tell(Event{Kind: EventUploaded, Size: img.size, Text: fmt.Sprintf("uploaded %s, %d bytes, %s", text, img.size, ShortDigest(img.digest.String()))})
	return r.Stores, nil
}

// checkRuntimePolicy refuses a policy that may ask a court for a program that no court can judge, before anything is published.
func checkRuntimePolicy(runtime, policy string) error {
	if policy == "" {
		policy = poco.DefaultPolicy
	}
	p, known := poco.PolicyByName(policy)
	rules, err := contract.FindRuntime(runtime)
	if err != nil || !known || rules.Deterministic || p.Rules().Court == poco.CourtNever {
		return nil // what is unknown is the chain's to refuse
	}
	return &Error{
		Code: CodeUnsupported, Field: "Policy", Value: policy,
		What:     fmt.Sprintf("two honest runs of a container may differ, and the policy %s needs a court, which could not judge them", policy),
		Expected: "a policy without a court: " + poco.CourtlessPolicyNames(),
	}
}
