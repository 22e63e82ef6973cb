//go:build linux

package oci

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// The canary is an image with a program of a few instructions, made here, that prints two letters. A run of it shows that the
// engine accepts an image, starts a container with all limits, and returns what it printed.

// canaryWord is the text that the canary prints.
const canaryWord = "ok"

// canaryCode is the canary's machine code for each architecture. It prints canaryWord, which comes after the code, and exits with
// status 0.
var canaryCode = map[string][]byte{
	"amd64": {
		0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
		0xbf, 1, 0, 0, 0, // mov edi, 1
		0x48, 0x8d, 0x35, 0x10, 0, 0, 0, // lea rsi, [rip+16]
		0xba, 2, 0, 0, 0, // mov edx, 2
		0x0f, 0x05, // syscall
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
	},
	"arm64": {
		0x08, 0x08, 0x80, 0xd2, // mov x8, #64 (write)
		0x20, 0x00, 0x80, 0xd2, // mov x0, #1
		0xc1, 0x00, 0x00, 0x10, // adr x1, #24
		0x42, 0x00, 0x80, 0xd2, // mov x2, #2
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0xa8, 0x0b, 0x80, 0xd2, // mov x8, #93 (exit)
		0x00, 0x00, 0x80, 0xd2, // mov x0, #0
		0x01, 0x00, 0x00, 0xd4, // svc #0
	},
}

// machine is the number of an architecture in the header of an ELF program.
var machine = map[string]uint16{"amd64": 62, "arm64": 183}

// canaryProgram returns a static Linux program: the header, one segment with the whole file, the code.
func canaryProgram() ([]byte, error) {
	code, known := canaryCode[goruntime.GOARCH]
	if !known {
		return nil, fmt.Errorf("containers: no canary for the architecture %s", goruntime.GOARCH)
	}
	const base, headers = 0x400000, 64 + 56
	body := append(bytes.Clone(code), canaryWord...)
	size := uint64(headers + len(body))
	var b bytes.Buffer
	b.Write([]byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	for _, v := range []any{
		uint16(2), machine[goruntime.GOARCH], uint32(1), uint64(base + headers), uint64(64), uint64(0), uint32(0), uint16(64), uint16(56), uint16(1),
		uint16(64), uint16(0), uint16(0), // no sections
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base), size, size, uint64(0x1000), // the segment: read, execute
	} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.Write(body)
	return b.Bytes(), nil
}

// canaryImage returns an image with the canary's program.
func canaryImage() (runtime.Program, error) {
	code, err := canaryProgram()
	if err != nil {
		return runtime.Program{}, err
	}
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	if err := w.WriteHeader(&tar.Header{Name: "canary", Mode: 0o755, Size: int64(len(code))}); err != nil {
		return runtime.Program{}, err
	}
	if _, err := w.Write(code); err != nil {
		return runtime.Program{}, err
	}
	if err := w.Close(); err != nil {
		return runtime.Program{}, err
	}
	config, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": goruntime.GOARCH, "config": map[string]any{"Entrypoint": []string{"/canary"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []artifact.Digest{artifact.Sum(layer.Bytes())}},
	})
	if err != nil {
		return runtime.Program{}, err
	}
	return ImageInMemory(config, layer.Bytes())
}

// ImageInMemory returns a program whose image consists of a configuration and of layers that are plain tar archives.
func ImageInMemory(config []byte, layers ...[]byte) (runtime.Program, error) {
	blobs := artifact.NewMemory()
	describe := func(mediaType string, data []byte) (artifact.Descriptor, error) {
		d, err := artifact.PutBytes(context.Background(), blobs, data)
		return artifact.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}, err
	}
	m := artifact.Manifest{SchemaVersion: 2, MediaType: artifact.ManifestType}
	var err error
	if m.Config, err = describe("application/vnd.oci.image.config.v1+json", config); err != nil {
		return runtime.Program{}, err
	}
	for _, layer := range layers {
		l, err := describe("application/vnd.oci.image.layer.v1.tar", layer)
		if err != nil {
			return runtime.Program{}, err
		}
		m.Layers = append(m.Layers, l)
	}
	manifest, err := json.Marshal(m)
	if err != nil {
		return runtime.Program{}, err
	}
	program := runtime.ProgramOf(manifest)
	program.Parts = func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error {
		return artifact.Copy(ctx, into, blobs, digest, limit)
	}
	return program, nil
}

// canaryWithin bounds the time of the canary's run.
const canaryWithin = 30 * time.Second

func (r *Runtime) runCanary(ctx context.Context) error {
	program, err := canaryImage()
	if err != nil {
		return err
	}
	out, err := r.Run(ctx, runtime.Spec{
		Program: program, Args: []string{"canary"}, MemoryLimit: 2 * r.rules.LeastMemoryBytes, OutputLimit: 1 << 16, WallLimit: canaryWithin,
		Execution: contract.Execution{Writable: true}, Private: true, PrivateInputs: true, GPUs: len(r.gpus.all), // all that any task needs
	})
	if err != nil {
		return fmt.Errorf("a container to try the engine with: %w", err)
	}
	if out.Kind != runtime.Result || string(out.Stdout) != canaryWord {
		return fmt.Errorf("a container to try the engine with: got %s %s, stdout %.80q, stderr %.200q, expected %q", out.Kind, out.Reason, out.Stdout, out.Stderr, canaryWord)
	}
	return nil
}
