package artifact

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ImageConfig holds the settings of an image's configuration for its program and its layers. It leaves out the configuration's
// user, because a container never runs as that user.
type ImageConfig struct {
	// Platform is "os/architecture".
	Platform string
	// Entrypoint, Cmd, Env and WorkingDir as in a Dockerfile.
	Entrypoint, Cmd, Env []string
	WorkingDir           string
	// DiffIDs are the digests of the unpacked layers.
	DiffIDs []Digest
}

// ParseImageConfig reads the configuration that a manifest names. If the configuration is not allowed, the error says why. It
// depends only on the bytes.
func ParseImageConfig(m Manifest, data []byte) (ImageConfig, error) {
	var file struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Config       struct {
			Entrypoint, Cmd, Env []string
			WorkingDir           string
		} `json:"config"`
		RootFS struct {
			DiffIDs []Digest `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return ImageConfig{}, fmt.Errorf("the image's configuration: %w", err)
	}
	c := ImageConfig{
		Platform: file.OS + "/" + file.Architecture, Entrypoint: file.Config.Entrypoint, Cmd: file.Config.Cmd, Env: file.Config.Env,
		WorkingDir: file.Config.WorkingDir, DiffIDs: file.RootFS.DiffIDs,
	}
	switch {
	case len(c.DiffIDs) != len(m.Layers):
		return c, fmt.Errorf("the image's configuration names %d layers, its manifest %d", len(c.DiffIDs), len(m.Layers))
	case len(c.Entrypoint)+len(c.Cmd) == 0:
		return c, fmt.Errorf("the image says no program: it has neither an entry point nor a command")
	}
	return c, nil
}

// indexTypes are the media types of an index, which names the images of one program for several machines.
var indexTypes = []string{"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}

// IndexEntry is an entry of an index: an image, another index, or something else, such as a signature.
type IndexEntry struct {
	Descriptor
	Platform *struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
	} `json:"platform"`
	Annotations map[string]string `json:"annotations"`
}

// IsIndex says whether the entry is another index.
func (e IndexEntry) IsIndex() bool { return slices.Contains(indexTypes, e.MediaType) }

// platform is "os/architecture", or empty where the index does not say.
func (e IndexEntry) platform() string {
	if e.Platform == nil {
		return ""
	}
	return e.Platform.OS + "/" + e.Platform.Architecture
}

// isImage says whether the entry may be an image of a program. Builders write other entries beside it, such as attestations, for no
// real platform.
func (e IndexEntry) isImage() bool {
	return e.Annotations["vnd.docker.reference.type"] == "" && (e.Platform == nil || e.Platform.OS != "unknown")
}

// ParseIndex reads an index. The second value is false if the bytes are not an index but a manifest.
func ParseIndex(data []byte) ([]IndexEntry, bool) {
	var index struct {
		MediaType string       `json:"mediaType"`
		Manifests []IndexEntry `json:"manifests"`
		Config    *Descriptor  `json:"config"`
	}
	if json.Unmarshal(data, &index) != nil || index.Config != nil {
		return nil, false
	}
	return index.Manifests, slices.Contains(indexTypes, index.MediaType) || index.MediaType == "" && index.Manifests != nil
}

// ChooseImage picks the entry of an index that is the image for a platform, "os/architecture". If nobody asked for a platform, it
// picks the only image, or with several images the one for the platform usual. The choice depends on nothing else, so that
// everybody who asks for the same platform runs the same image.
func ChooseImage(entries []IndexEntry, asked, usual string) (IndexEntry, error) {
	var images, fitting []IndexEntry
	var platforms []string
	want := asked
	if want == "" {
		want = usual
	}
	for _, e := range entries {
		if !e.isImage() {
			continue
		}
		images = append(images, e)
		if p := e.platform(); p != "" && !slices.Contains(platforms, p) {
			platforms = append(platforms, p)
		}
		if e.platform() == want {
			fitting = append(fitting, e)
		}
	}
	unsaid := len(images) == 1 && (asked == "" || images[0].platform() == "")
	switch {
	case unsaid:
		return images[0], nil
	case len(fitting) == 1:
		return fitting[0], nil
	case len(images) == 0:
		return IndexEntry{}, fmt.Errorf("it has no image, expected 1")
	case len(platforms) == 0:
		return IndexEntry{}, fmt.Errorf("it has %d images and does not say for which machines, expected 1", len(images))
	case len(fitting) == 0:
		return IndexEntry{}, fmt.Errorf("it has no image for %s, only for %s", want, strings.Join(platforms, ", "))
	}
	return IndexEntry{}, fmt.Errorf("it has %d images for %s, expected 1", len(fitting), want)
}
