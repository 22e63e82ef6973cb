package wasmbin

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/refusal"
)

// SectionID names a section of a module.
type SectionID byte

// The sections. Order has their order in a binary.
const (
	Custom SectionID = iota
	Types
	Imports
	Functions
	Tables
	Memories
	Globals
	Exports
	StartFunction
	Elements
	Code
	Data
	DataCount
	Tags // the exceptions that a module throws, a later proposal
	sectionIDs
)

// Order is the order of the sections in a binary.
var Order = []SectionID{Types, Imports, Functions, Tables, Memories, Tags, Globals, Exports,
	StartFunction, Elements, DataCount, Code, Data}

// Magic is the beginning of every module of version 1.
var Magic = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// ErrMagic is returned for bytes that are no module of version 1.
var ErrMagic = errors.New("not a WebAssembly 1 module")

// Sections holds the content of every section except the custom ones; nil for a section that the module lacks.
type Sections [sectionIDs][]byte

// Split cuts a module into its sections.
func Split(module []byte) (Sections, error) {
	var s Sections
	if len(module) >= len(Magic) && bytes.HasPrefix(module, Magic[:4]) && bytes.Equal(module[6:8], []byte{1, 0}) {
		return s, refusal.New(refusal.Component, "a component (WASI preview 2), expected the core module in it, made for WASI preview 1")
	}
	if !bytes.HasPrefix(module, Magic) {
		return s, ErrMagic
	}
	r := NewReader(module[len(Magic):])
	last := -1
	for r.Len() > 0 {
		id, err := r.Byte()
		if err != nil {
			return s, err
		}
		size, err := r.U32()
		if err != nil {
			return s, err
		}
		content, err := r.Bytes(size)
		if err != nil {
			return s, fmt.Errorf("section %d: %w", id, err)
		}
		if SectionID(id) == Custom {
			continue
		}
		place := sectionPosition(SectionID(id))
		if place <= last {
			return s, fmt.Errorf("section %d is unknown, out of order or there twice", id)
		}
		last = place
		s[id] = content
	}
	return s, nil
}

func sectionPosition(id SectionID) int {
	for i, known := range Order {
		if known == id {
			return i
		}
	}
	return -1
}

// Join makes a module from sections.
func Join(s Sections) []byte {
	size := len(Magic)
	for _, content := range s {
		size += len(content) + 6
	}
	module := append(make([]byte, 0, size), Magic...)
	for _, id := range Order {
		if s[id] != nil {
			module = AppendSection(module, id, s[id])
		}
	}
	return module
}
