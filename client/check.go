package client

import (
	"context"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/poco/contract"
)

// Program is an app in a file that workers run, by what is known of it before it runs.
type Program struct {
	Path   string `json:"path"`
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Size   uint64 `json:"size"`
	// Runtime that runs it: "wasm" for a module, "oci" for an image.
	Runtime string `json:"runtime"`
	// InitialMemory that a module begins with, in bytes.
	InitialMemory uint64 `json:"initial_memory,omitempty"`
	// StartFuel is charged before anything of a module runs, in units of FuelSchedule.
	StartFuel    uint64 `json:"start_fuel,omitempty"`
	FuelSchedule string `json:"fuel_schedule,omitempty"`
	// Imports are the functions that a module calls of its host.
	Imports []string `json:"imports,omitempty"`
	// Image is what an image says; nil for a module.
	Image *ImageFacts `json:"image,omitempty"`

	program runtime.Program
}

// ImageFacts is what an image says of itself.
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

// Runnable is the program as a runtime takes it.
func (p *Program) Runnable() runtime.Program { return p.program }

// CheckProgram reads an app's file, or an image, and makes the check that every worker makes before it runs it. An *Error says
// what is refused. platform says which image is meant where there are several; token is for a registry.
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

// checkImage is CheckProgram of an image.
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

// CommandText is the command that an image starts, as one would write it.
func (f *ImageFacts) CommandText() string {
	return strings.Join(append(append([]string{}, f.Entrypoint...), f.Cmd...), " ")
}

// Prepare says what can be said of a job before anything is asked or sent, as Run does first, and completes it: its inputs
// have names, and the file that it reads as stdin is one of them.
func (j *Job) Prepare() error { return j.checkJob() }
