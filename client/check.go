package client

import (
	"context"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/poco/contract"
)

// Program describes an app's module or image, as far as it is known before the program runs.
type Program struct {
	Path   string `json:"path"`
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Size   uint64 `json:"size"`
	// Runtime is "wasm" for a module and "oci" for an image.
	Runtime string `json:"runtime"`
	// InitialMemory is the memory with which a module begins, in bytes.
	InitialMemory uint64 `json:"initial_memory,omitempty"`
	// StartFuel is charged before a module runs, in units of FuelSchedule.
	StartFuel    uint64 `json:"start_fuel,omitempty"`
	FuelSchedule string `json:"fuel_schedule,omitempty"`
	// Imports are the host's functions that a module calls.
	Imports []string `json:"imports,omitempty"`
	// Image has the facts of an image; nil for a module.
	Image *ImageFacts `json:"image,omitempty"`

	program runtime.Program
}

// ImageFacts are what the configuration of an image says.
type ImageFacts struct {
	// Platform is "os/architecture": workers with other machines give its tasks back.
	Platform string `json:"platform"`
	Layers   int    `json:"layers"`
	// Entrypoint, Cmd, Env and WorkingDir as in a Dockerfile.
	Entrypoint []string `json:"entrypoint,omitempty"`
	Cmd        []string `json:"cmd,omitempty"`
	Env        []string `json:"env,omitempty"`
	WorkingDir string   `json:"working_dir,omitempty"`
}

// Runnable returns the program in the form that a runtime runs.
func (p *Program) Runnable() runtime.Program { return p.program }

// CheckProgram reads an app's file, or an image, and checks it as every worker does before running it. An *Error says what workers
// refuse. platform chooses among several images, and token is for the registry; both may be empty.
func CheckProgram(ctx context.Context, path, platform, token string) (*Program, error) {
	if isImage(path) {
		return checkImage(ctx, imageSource{path, platform, token})
	}
	m, err := readModule(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Program{
		Path: path, Name: m.name, Digest: m.digest, Size: uint64(len(m.data)), Runtime: contract.RuntimeWasm, InitialMemory: m.facts.InitialMemory,
		StartFuel: m.facts.StartFuel, FuelSchedule: fuel.Version, Imports: m.facts.Imports, program: runtime.ProgramOf(m.data),
	}, nil
}

// checkImage does for an image what CheckProgram does.
func checkImage(ctx context.Context, from imageSource) (*Program, error) {
	img, err := readImage(ctx, from)
	if err != nil {
		return nil, err
	}
	program := runtime.ProgramOf(img.manifest)
	program.Parts = func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error {
		return img.fetchPart(ctx, into, digest, limit)
	}
	c := img.config
	return &Program{
		Path: from.text, Name: img.name, Digest: img.digest.String(), Size: img.size, Runtime: contract.RuntimeOCI, program: program,
		Image: &ImageFacts{Platform: c.Platform, Layers: img.layers, Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: c.Env, WorkingDir: c.WorkingDir},
	}, nil
}

// CommandText returns the command that an image starts, with spaces between its words.
func (f *ImageFacts) CommandText() string {
	return strings.Join(append(append([]string{}, f.Entrypoint...), f.Cmd...), " ")
}

// Prepare checks a job without asking a node, and completes it: every input gets its name, and the file for stdin becomes an input.
// Run does the same first.
func (j *Job) Prepare() error { return j.checkJob() }
