// Command pack puts one static program into an image FROM scratch, as a tar archive with an OCI image layout. It does what
// "docker buildx build --output type=oci" does for a Dockerfile of two lines, and needs no Docker.
//
//	pack PROGRAM ARCHIVE
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: pack PROGRAM ARCHIVE")
	}
	program, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	archive, err := packProgram(filepath.Base(os.Args[1]), program, runtime.GOARCH)
	if err == nil {
		err = os.WriteFile(os.Args[2], archive, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// file is an entry of an archive.
type file struct {
	name string
	data []byte
	mode int64
}

// writeTar writes files without times and owners, so that equal programs make equal images.
func writeTar(files ...file) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.data)), Format: tar.FormatUSTAR}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close() // it writes the archive's end
	return b.Bytes(), err
}

func digest(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

func describe(mediaType string, data []byte) map[string]any {
	return map[string]any{"mediaType": mediaType, "digest": digest(data), "size": len(data)}
}

// packProgram makes the archive of an image whose only file is the program, its entry point.
func packProgram(name string, program []byte, architecture string) ([]byte, error) {
	layer, err := writeTar(file{name, program, 0o755})
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": architecture,
		"config": map[string]any{"Entrypoint": []string{"/" + name}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digest(layer)}},
	})
	if err != nil {
		return nil, err
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": describe("application/vnd.oci.image.config.v1+json", config),
		"layers": []any{describe("application/vnd.oci.image.layer.v1.tar", layer)},
	})
	if err != nil {
		return nil, err
	}
	index, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
		"manifests": []any{describe("application/vnd.oci.image.manifest.v1+json", manifest)},
	})
	if err != nil {
		return nil, err
	}
	blob := func(data []byte) file { return file{"blobs/sha256/" + digest(data)[len("sha256:"):], data, 0o644} }
	return writeTar(file{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644}, file{"index.json", index, 0o644}, blob(manifest), blob(config), blob(layer))
}
