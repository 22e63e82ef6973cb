//go:build linux

package oci

import (
	"errors"
	"fmt"
	goruntime "runtime"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// image holds what a run needs to know about an image.
type image struct {
	Digest    artifact.Digest   // the manifest's
	Manifest  artifact.Manifest // the fields of its type alone: annotations and the subject are dropped
	Config    artifact.ImageConfig
	Unpacked  int64 // bytes of the unpacked layers
	RawConfig []byte
}

// refusal says why an image cannot be run on any machine.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

func refuseImage(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// readManifest reads the manifest of a program. A *refusal is the app's failure; any other error is this machine's.
func readManifest(program runtime.Program) (artifact.Manifest, error) {
	if err := contract.CheckImageManifest(program.Size(), 0, 0); err != nil { // before it is read
		return artifact.Manifest{}, &refusal{err}
	}
	data, err := artifact.ReadContent(program.Content)
	if err != nil {
		return artifact.Manifest{}, fmt.Errorf("image %s: %w", program.Digest, err)
	}
	if got := artifact.Sum(data); got != program.Digest {
		return artifact.Manifest{}, fmt.Errorf("image %s: the manifest hashes to %s", program.Digest, got)
	}
	m, err := artifact.ParseImage(data)
	if err == nil {
		err = contract.CheckImageManifest(program.Size(), uint64(m.Config.Size), len(m.Layers))
	}
	switch {
	case err != nil:
		return m, &refusal{err}
	case m.ImageBytes(int64(len(data))) > contract.MaxImageBytes:
		return m, refuseImage("the image has %d bytes, the limit is %d", m.ImageBytes(int64(len(data))), contract.MaxImageBytes)
	}
	return m, nil
}

// readConfig reads the configuration of an image.
func readConfig(digest artifact.Digest, m artifact.Manifest, data []byte) (image, error) {
	config, err := artifact.ParseImageConfig(m, data)
	if err != nil {
		return image{}, &refusal{err}
	}
	return image{Digest: digest, Manifest: m, Config: config, RawConfig: data}, nil
}

// checkPlatform refuses an image for another platform than this machine's. This is not the app's failure.
func (img image) checkPlatform() error {
	if here := "linux/" + goruntime.GOARCH; img.Config.Platform != here {
		return fmt.Errorf("image %s is for %s, this machine runs %s", img.Digest, img.Config.Platform, here)
	}
	return nil
}

func isRefusal(err error) (*refusal, bool) {
	var r *refusal
	return r, errors.As(err, &r)
}
