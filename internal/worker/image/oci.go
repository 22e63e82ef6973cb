package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/guest"
)

// The media types of an OCI image.
const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar"
)

type descriptor struct {
	MediaType string          `json:"mediaType"`
	Digest    artifact.Digest `json:"digest"`
	Size      int             `json:"size"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *descriptor  `json:"config,omitempty"`
	Layers        []descriptor `json:"layers,omitempty"`
	Manifests     []descriptor `json:"manifests,omitempty"`
}

type ociConfig struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       struct {
		Entrypoint []string `json:"Entrypoint"`
	} `json:"config"`
	RootFS struct {
		Type    string            `json:"type"`
		DiffIDs []artifact.Digest `json:"diff_ids"`
	} `json:"rootfs"`
}

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
	add := func(media string, data []byte) descriptor {
		d := artifact.Sum(data)
		files["blobs/sha256/"+d.Hex()] = data
		return descriptor{media, d, len(data)}
	}
	config := ociConfig{Architecture: architecture, OS: "linux"}
	config.Config.Entrypoint = []string{guest.InitPath}
	config.RootFS.Type, config.RootFS.DiffIDs = "layers", []artifact.Digest{artifact.Sum(layer)}
	text, err := json.Marshal(config)
	if err != nil {
		return nil, id, err
	}
	configuration := add(typeConfig, text)
	if text, err = json.Marshal(manifest{2, typeManifest, &configuration, []descriptor{add(typeLayer, layer)}, nil}); err != nil {
		return nil, id, err
	}
	whole := add(typeManifest, text)
	files["index.json"], err = json.Marshal(manifest{2, typeIndex, nil, nil, []descriptor{whole}})
	return files, whole.Digest, err
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
