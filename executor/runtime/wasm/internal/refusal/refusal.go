// Package refusal names why a module is refused, in words that the author of a program knows.
package refusal

import (
	"errors"
	"fmt"
	"strings"
)

// Feature is what of a module is not there for it, or not allowed.
type Feature string

// The features.
const (
	Size        Feature = "size"
	Imports     Feature = "imports"
	Entry       Feature = "entry"
	Memory      Feature = "memory"
	Exceptions  Feature = "exceptions"
	TailCalls   Feature = "tail calls"
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

// what says it in words.
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
	// Missing are the imports that are not there, as "module.name"; of Feature Imports only.
	Missing []string
	// Err says where it was found and what was expected.
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

// Unwrap gives the place.
func (r *Refusal) Unwrap() error { return r.Err }

// New makes a refusal.
func New(feature Feature, format string, args ...any) *Refusal {
	return &Refusal{Feature: feature, Err: fmt.Errorf(format, args...)}
}

// FindRefusal gives the refusal in an error of reading a module; what names no feature is not valid.
func FindRefusal(err error) *Refusal {
	var r *Refusal
	if !errors.As(err, &r) {
		return &Refusal{Feature: Invalid, Err: err}
	}
	return r
}

// MissingImports makes a refusal of imports that are not there. It names the first of them, cut where they are long.
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
