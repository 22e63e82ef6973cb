package client

import (
	"context"

	"github.com/credence-chain/credence/executor/runtime/fuel"
)

// Program is an app in a file that workers run, by what is known of it before it runs.
type Program struct {
	Path   string `json:"path"`
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Size   uint64 `json:"size"`
	// InitialMemory that it begins with, in bytes.
	InitialMemory uint64 `json:"initial_memory"`
	// StartFuel is charged before anything of it runs, in units of FuelSchedule.
	StartFuel    uint64 `json:"start_fuel"`
	FuelSchedule string `json:"fuel_schedule"`
	// Imports are the functions that it calls of its host.
	Imports []string `json:"imports"`
	// Data is the module itself.
	Data []byte `json:"-"`
}

// CheckProgram reads an app's file and makes the check that every worker makes. An *Error says what is refused.
func CheckProgram(ctx context.Context, path string) (*Program, error) {
	m, err := readModule(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Program{
		Path: path, Name: m.name, Digest: m.digest, Size: uint64(len(m.data)), InitialMemory: m.facts.InitialMemory,
		StartFuel: m.facts.StartFuel, FuelSchedule: fuel.Version, Imports: m.facts.Imports, Data: m.data,
	}, nil
}

// Prepare says what can be said of a job before anything is asked or sent, as Run does first, and completes it: its inputs
// have names, and the file that it reads as stdin is one of them.
func (j *Job) Prepare() error { return j.check() }
