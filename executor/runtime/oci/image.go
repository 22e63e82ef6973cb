//go:build linux

package oci

import (
	"encoding/json"
	"errors"
	"fmt"
	goruntime "runtime"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// image is what running an image needs to know of it.
type image struct {
	Digest    artifact.Digest   // the manifest's
	Manifest  artifact.Manifest // without what the digest covers beside it
	Config    imageConfig
	DiffIDs   []artifact.Digest // of the unpacked layers
	Platform  string            // os/architecture
	Unpacked  int64             // bytes of the unpacked layers
	RawConfig []byte
}

// imageConfig is what an image says of its program. Its user is not asked: nobody runs it.
type imageConfig struct {
	Entrypoint, Cmd, Env []string
	WorkingDir           string
}

// refusal says why an image is none that can be run, on any machine.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

func refuseImage(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// readManifest reads the manifest of a program. A *refusal is the app's failure; any other error is this machine's.
func readManifest(program runtime.Program) (artifact.Manifest, error) {
	if program.Size() > contract.MaxImageManifestBytes {
		return artifact.Manifest{}, refuseImage("the manifest has %d bytes, the limit is %d", program.Size(), contract.MaxImageManifestBytes)
	}
	data, err := artifact.ReadContent(program.Content)
	if err != nil {
		return artifact.Manifest{}, fmt.Errorf("image %s: %w", program.Digest, err)
	}
	if got := artifact.Sum(data); got != program.Digest {
		return artifact.Manifest{}, fmt.Errorf("image %s: the manifest hashes to %s", program.Digest, got)
	}
	m, err := artifact.ParseImage(data)
	switch {
	case err != nil:
		return m, &refusal{err}
	case len(m.Layers) > contract.MaxImageLayers:
		return m, refuseImage("the image has %d layers, the limit is %d", len(m.Layers), contract.MaxImageLayers)
	case m.Config.Size > contract.MaxImageManifestBytes:
		return m, refuseImage("the image's configuration has %d bytes, the limit is %d", m.Config.Size, contract.MaxImageManifestBytes)
	case m.ImageBytes(int64(len(data))) > contract.MaxImageBytes:
		return m, refuseImage("the image has %d bytes, the limit is %d", m.ImageBytes(int64(len(data))), contract.MaxImageBytes)
	}
	return m, nil
}

// readConfig reads the configuration of an image.
func readConfig(digest artifact.Digest, m artifact.Manifest, data []byte) (image, error) {
	var file struct {
		OS           string      `json:"os"`
		Architecture string      `json:"architecture"`
		Config       imageConfig `json:"config"`
		RootFS       struct {
			DiffIDs []artifact.Digest `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return image{}, refuseImage("the image's configuration: %w", err)
	}
	img := image{
		Digest: digest, Manifest: m, Config: file.Config, DiffIDs: file.RootFS.DiffIDs, Platform: file.OS + "/" + file.Architecture, RawConfig: data,
	}
	switch {
	case len(img.DiffIDs) != len(m.Layers):
		return img, refuseImage("the image's configuration names %d layers, its manifest %d", len(img.DiffIDs), len(m.Layers))
	case len(img.Config.Entrypoint)+len(img.Config.Cmd) == 0:
		return img, refuseImage("the image says no program: it has neither an entry point nor a command")
	}
	return img, nil
}

// checkPlatform refuses an image for other machines than this one: that is no failure of the app's.
func (img image) checkPlatform() error {
	if here := "linux/" + goruntime.GOARCH; img.Platform != here {
		return fmt.Errorf("image %s is for %s, this machine runs %s", img.Digest, img.Platform, here)
	}
	return nil
}

func isRefusal(err error) (*refusal, bool) {
	var r *refusal
	return r, errors.As(err, &r)
}
