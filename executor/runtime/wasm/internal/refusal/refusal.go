// Package refusal names the reason why a module is refused, in words that the author of a program knows.
package refusal

import (
	"errors"
	"fmt"
	"strings"
)

// Feature is a feature of a module that workers lack or do not allow.
type Feature string

// The features.
const (
	Size        Feature = "size"
	Imports     Feature = "imports"
	Entry       Feature = "entry"
	Memory      Feature = "memory"
	Exceptions  Feature = "exceptions"
	Threads     Feature = "threads"
	Memory64    Feature = "64-bit memory"
	MultiMemory Feature = "multiple memories"
	RelaxedSIMD Feature = "relaxed SIMD"
	GC          Feature = "garbage-collected types"
	WideNumbers Feature = "128-bit arithmetic"
	Component   Feature = "component model"
	Limits      Feature = "limits"
	Invalid     Feature = "invalid"
)

// what describes each feature in words.
var what = map[Feature]string{
	Size:    "it is too large",
	Imports: "it needs functions that are not there",
	Entry:   "it has no entry point",
	Memory:  "its memory does not fit",
	Limits:  "it passes a limit of modules",
	Invalid: "it is not valid WebAssembly",
}

// Refusal is the error for a module that no worker runs.
type Refusal struct {
	// Feature is the first thing found that is refused.
	Feature Feature
	// Missing are the imports that do not exist, as "module.name"; only for Feature Imports.
	Missing []string
	// Err says where the feature was found and what was expected.
	Err error
}

// Error says what is refused, and where it was found.
func (r *Refusal) Error() string {
	words, ok := what[r.Feature]
	if !ok {
		words = "it uses " + string(r.Feature)
	}
	return words + ": " + r.Err.Error()
}

// Unwrap returns Err.
func (r *Refusal) Unwrap() error { return r.Err }

// New makes a refusal.
func New(feature Feature, format string, args ...any) *Refusal {
	return &Refusal{Feature: feature, Err: fmt.Errorf(format, args...)}
}

// FindRefusal returns the refusal in an error of reading a module. An error that names no feature means that the module is invalid.
func FindRefusal(err error) *Refusal {
	var r *Refusal
	if !errors.As(err, &r) {
		return &Refusal{Feature: Invalid, Err: err}
	}
	return r
}

// MissingImports makes a refusal of imports that do not exist. It names the first of them, and shortens long names.
func MissingImports(missing []string) *Refusal {
	const most, longest = 12, 80
	var shown []string
	for _, name := range missing[:min(most, len(missing))] {
		if len(name) > longest {
			name = name[:longest] + "..."
		}
		shown = append(shown, fmt.Sprintf("%q", name))
	}
	text := strings.Join(shown, ", ")
	if more := len(missing) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return &Refusal{Feature: Imports, Missing: missing, Err: fmt.Errorf("%s; there is only wasi_snapshot_preview1 (WASI preview 1)", text)}
}
