package client

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
)

// imageFiles finds the files of an image by name, in an archive or a folder.
type imageFiles interface {
	find(name string) (part artifact.Part, found bool, err error)
}

// folder is a folder on this machine. The files that it finds stay open until the process ends.
type folder string

func (f folder) find(name string) (artifact.Part, bool, error) {
	file, err := os.Open(filepath.Join(string(f), filepath.FromSlash(path.Clean("/"+name))))
	if errors.Is(err, os.ErrNotExist) {
		return artifact.Part{}, false, nil
	}
	if err != nil {
		return artifact.Part{}, false, err
	}
	info, err := file.Stat()
	if err != nil {
		return artifact.Part{}, false, err
	}
	return artifact.Part{In: file, Long: info.Size()}, true, nil
}

// archive is a tar archive. Its files are read from their places in it, without unpacking.
type archive struct{ entries map[string]artifact.Part }

func (a archive) find(name string) (artifact.Part, bool, error) {
	part, found := a.entries[path.Clean(name)]
	return part, found, nil
}

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
		case tar.TypeSymlink: // "docker save" links a layer that is in the archive already
			links[name] = path.Join(path.Dir(name), h.Linkname)
		case tar.TypeReg:
			at, err := f.Seek(0, io.SeekCurrent) // the reader has read exactly up to the end of the header
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

// readSmall reads a file of an image that is at most as large as a manifest may be.
func readSmall(files imageFiles, name string) ([]byte, error) {
	part, found, err := files.find(name)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fmt.Errorf("it has no %s", name)
	case part.Long > contract.MaxImageManifestBytes:
		return nil, fmt.Errorf("%s has %d bytes, the limit is %d", name, part.Long, contract.MaxImageManifestBytes)
	}
	return artifact.ReadContent(part)
}

func blobName(d artifact.Digest) string { return "blobs/sha256/" + d.Hex() }

// readLayout reads an OCI image layout.
func (img *image) readLayout(from imageSource, files imageFiles) error {
	var err error
	if img.manifest, err = readSmall(files, "index.json"); err != nil {
		return err
	}
	read := func(d artifact.Digest) ([]byte, error) { return readSmall(files, blobName(d)) }
	if err := img.leaveIndices(from, read); err != nil {
		return err
	}
	m, err := artifact.ParseImage(img.manifest)
	if err != nil {
		return err
	}
	for _, part := range m.Parts() {
		blob, found, err := files.find(blobName(part.Digest))
		if err != nil {
			return err
		}
		if found {
			img.parts[part.Digest] = blob
		}
	}
	return nil
}

// readSaved reads an archive of older versions of "docker save", which wrote no layouts. It makes the manifest that the image would
// have in a registry that keeps layers unchanged. The manifest depends only on the image, so that everybody gets the same digest.
func (img *image) readSaved(files imageFiles) error {
	var saved []struct {
		Config string
		Layers []string
	}
	data, err := readSmall(files, "manifest.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &saved); err != nil {
		return fmt.Errorf("manifest.json: %w", err)
	}
	if len(saved) != 1 {
		return fmt.Errorf("it has %d images, expected 1", len(saved))
	}
	m := artifact.Manifest{SchemaVersion: 2, MediaType: artifact.ManifestType}
	add := func(mediaType, name string) (artifact.Descriptor, error) {
		part, found, err := files.find(name)
		if err != nil {
			return artifact.Descriptor{}, err
		}
		if !found {
			return artifact.Descriptor{}, fmt.Errorf("it has no %s", name)
		}
		digest, err := artifact.SumContent(part)
		if err != nil {
			return artifact.Descriptor{}, err
		}
		img.parts[digest] = part
		return artifact.Descriptor{MediaType: mediaType, Digest: digest, Size: part.Long}, nil
	}
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
