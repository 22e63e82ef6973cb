package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	oci "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/guest"
)

// OCI returns the image as the files of an OCI layout, by their paths, and the digest of its manifest. It has one layer, which is not
// compressed, no base image and no time. architecture is Go's name of the program's architecture.
func (s Spec) OCI(architecture string) (files map[string][]byte, id artifact.Digest, err error) {
	entries, err := s.entries()
	if err != nil {
		return nil, id, err
	}
	layer, err := writeLayer(entries)
	if err != nil {
		return nil, id, err
	}
	files = map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	add := func(media string, data []byte) oci.Descriptor {
		d := digest.FromBytes(data)
		files["blobs/sha256/"+d.Encoded()] = data
		return oci.Descriptor{MediaType: media, Digest: d, Size: int64(len(data))}
	}
	version := specs.Versioned{SchemaVersion: 2}
	text, err := json.Marshal(oci.Image{
		Platform: oci.Platform{Architecture: architecture, OS: "linux"},
		Config:   oci.ImageConfig{Entrypoint: []string{guest.InitPath}},
		RootFS:   oci.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromBytes(layer)}},
	})
	if err != nil {
		return nil, id, err
	}
	text, err = json.Marshal(oci.Manifest{
		Versioned: version, MediaType: oci.MediaTypeImageManifest,
		Config: add(oci.MediaTypeImageConfig, text), Layers: []oci.Descriptor{add(oci.MediaTypeImageLayer, layer)},
	})
	if err != nil {
		return nil, id, err
	}
	manifest := add(oci.MediaTypeImageManifest, text)
	files["index.json"], err = json.Marshal(oci.Index{Versioned: version, MediaType: oci.MediaTypeImageIndex, Manifests: []oci.Descriptor{manifest}})
	return files, artifact.Sum(text), err
}

// writeLayer writes the entries as a tar archive without devices, which a container gets from its engine.
func writeLayer(entries []entry) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: int64(e.mode & 0o7777), Size: int64(len(e.data)), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR, Typeflag: tar.TypeReg}
		switch {
		case e.mode&kindDevice == kindDevice && e.mode&kindFile != kindFile:
			continue
		case e.mode&kindFolder != 0:
			h.Name, h.Typeflag = e.name+"/", tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}
