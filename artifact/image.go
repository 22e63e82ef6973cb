package artifact

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// An image is a manifest, and the configuration and the layers that it names. The manifest's digest names the image: it
// covers the digests of everything else.

// dockerManifestType is the media type of an image's manifest before OCI existed. Its fields are the same.
const dockerManifestType = "application/vnd.docker.distribution.manifest.v2+json"

// imageManifestTypes are the types of manifests that a client asks for.
var imageManifestTypes = []string{ManifestType, dockerManifestType}

// configTypes are the media types of the configuration of a program's image, one for each kind of manifest.
var configTypes = []string{"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}

// Compression is how a layer of an image, a tar archive, is packed.
type Compression string

// The compressions of layers.
const (
	Uncompressed Compression = ""
	Gzip         Compression = "gzip"
	Zstd         Compression = "zstd"
)

// layerTypes are the media types of layers that anybody may distribute.
var layerTypes = map[string]Compression{
	"application/vnd.oci.image.layer.v1.tar":            Uncompressed,
	"application/vnd.oci.image.layer.v1.tar+gzip":       Gzip,
	"application/vnd.oci.image.layer.v1.tar+zstd":       Zstd,
	"application/vnd.docker.image.rootfs.diff.tar":      Uncompressed,
	"application/vnd.docker.image.rootfs.diff.tar.gzip": Gzip,
}

// ParseImage reads the manifest of an image of a program. If the bytes are something else, or the image is not allowed, the error
// says so. It depends only on the bytes.
func ParseImage(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("image manifest: not JSON of a manifest: %v", err)
	}
	switch {
	case m.MediaType != "" && !slices.Contains(imageManifestTypes, m.MediaType):
		return m, fmt.Errorf("image manifest: mediaType %.80q, expected that of one image, %s (an index names images for several machines: name one of them)", m.MediaType, ManifestType)
	case m.SchemaVersion != 2:
		return m, fmt.Errorf("image manifest: schemaVersion %d, expected 2", m.SchemaVersion)
	case !slices.Contains(configTypes, m.Config.MediaType):
		return m, fmt.Errorf("image manifest: config.mediaType %.80q, expected that of a program's image, %s", m.Config.MediaType, configTypes[0])
	case m.Config.Size <= 0:
		return m, fmt.Errorf("image manifest: config.size %d, expected 1 byte or more", m.Config.Size)
	case len(m.Layers) == 0:
		return m, fmt.Errorf("image manifest: no layers, expected the program in one")
	}
	total := m.Config.Size
	for i, l := range m.Layers {
		if _, known := layerTypes[l.MediaType]; !known {
			return m, fmt.Errorf("image manifest: layers[%d].mediaType %.80q, expected a tar archive, plain or packed with gzip or zstd", i, l.MediaType)
		}
		if l.Size <= 0 || l.Size > math.MaxInt64-total {
			return m, fmt.Errorf("image manifest: layers[%d].size %d, expected 1 byte or more, and a total below 2^63", i, l.Size)
		}
		total += l.Size
	}
	return m, nil
}

// Parts returns the blobs that an image's manifest names: its configuration, and its layers from the bottom up.
func (m Manifest) Parts() []Descriptor {
	return append([]Descriptor{m.Config}, m.Layers...)
}

// ImageBytes returns the size of an image: the given size of its manifest, and the sizes of all blobs that the manifest names.
func (m Manifest) ImageBytes(manifest int64) uint64 {
	total := uint64(manifest)
	for _, part := range m.Parts() {
		total += uint64(part.Size)
	}
	return total
}

// Compression is how a layer is packed.
func (d Descriptor) Compression() Compression { return layerTypes[d.MediaType] }
