package client

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	appstypes "github.com/credence-chain/credence/x/apps/types"
)

func TestReadModule(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(data), 0o600))
		return path
	}
	const magic = "\x00asm\x01\x00\x00\x00"
	const types, function, export = "\x01\x04\x01\x60\x00\x00", "\x03\x02\x01\x00", "\x07\x0a\x01\x06_start\x00\x00"
	code := func(body string) string {
		return "\x0a" + string(byte(len(body)+4)) + "\x01" + string(byte(len(body)+2)) + "\x00" + body + "\x0b"
	}
	// sized pads a module with a custom section.
	sized := func(size int) string {
		pad := size - len(emptyApp) - 6
		return emptyApp + string([]byte{0, byte(pad)&0x7f | 0x80, byte(pad>>7)&0x7f | 0x80, byte(pad>>14)&0x7f | 0x80, byte(pad>>21)&0x7f | 0x80, byte(pad >> 28)}) + string(make([]byte, pad))
	}
	for _, tc := range []struct {
		name, path, expErr string
	}{
		{"a module", write("My App_2.wasm", emptyApp), ""},
		{"absent", filepath.Join(dir, "absent.wasm"), "there is no file"},
		{"a folder", dir, "is a folder"},
		{"empty", write("empty.wasm", ""), "it is empty"},
		{"text", write("text.wasm", "(module)"), `it begins with "(module)"`},
		{"a Linux program", write("elf", "\x7fELF\x02"), "a program for Linux"},
		{"a component", write("component.wasm", "\x00asm\x0d\x00\x01\x00"), "component"},
		{"the largest", write("largest/My App_2.wasm", sized(MaxModule)), ""},
		{"too large", write("large.wasm", sized(MaxModule+1)), "at most 32 MiB"},
		{"nothing in it", write("nothing.wasm", magic), "it has no entry point"},
		{"a missing import", write("import.wasm", magic+types+"\x02\x0b\x01\x03env\x03sin\x00\x00"+function+export+code("")), `it needs functions that are not there: "env.sin"`},
		{"exceptions", write("throw.wasm", magic+types+function+export+code("\x06\x40\x0b")), "it uses exceptions"},
		{"a tail call", write("tail/My App_2.wasm", magic+types+function+export+code("\x12\x00")), ""},
		{"threads", write("threads.wasm", magic+types+function+"\x05\x04\x01\x03\x01\x02"+export+code("")), "it uses threads"},
		{"64-bit memory", write("memory64.wasm", magic+types+function+"\x05\x03\x01\x04\x01"+export+code("")), "it uses 64-bit memory"},
		{"two memories", write("memories.wasm", magic+types+function+"\x05\x05\x02\x00\x01\x00\x01"+export+code("")), "it uses multiple memories"},
		{"relaxed SIMD", write("relaxed.wasm", magic+types+function+export+code("\xfd\x85\x02")), "it uses relaxed SIMD"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := readModule(context.Background(), tc.path)
			if tc.expErr == "" {
				require.NoError(t, err)
				require.Equal(t, "my-app-2", m.name)
				data, err := os.ReadFile(tc.path)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("sha256:%x", sha256.Sum256(data)), m.digest)
				return
			}
			var problem *Error
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.What, tc.expErr)
		})
	}
}

func TestAssetName(t *testing.T) {
	for path, want := range map[string]string{
		"raytrace.wasm": "raytrace", "/x/My App.wasm": "my-app", "a.wasm": "app-a", "___.wasm": "app", "é.wasm": "app",
		"1-2--3.wasm": "1-2-3", "this-name-is-much-longer-than-an-app-may-have.wasm": "this-name-is-much-longer-than-an",
	} {
		require.Equal(t, want, assetName(path, "app"), path)
	}
}

func TestJobReference(t *testing.T) {
	for app, want := range map[string]bool{
		"studio/raytrace:1.0": true, "sha256:abcd": true, "raytrace.wasm": false, "./build/raytrace.wasm": false,
		"studio/raytrace": false, "a/b/c:1": false, "C:app.wasm": false, "build/app:1.wasm": false,
	} {
		require.Equal(t, want, isReference(app), app)
	}
}

// TestAssetNamesAreTaken: the chain takes the name that is made of any file's name. A file of that name gives the same name.
func TestAssetNamesAreTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.OneOf(rapid.String(), rapid.StringMatching(`/x/[a-zA-Z0-9_. -]{0,50}`)).Draw(t, "path")
		kind := rapid.SampledFrom([]string{"app", "data"}).Draw(t, "kind")
		name := assetName(path, kind)
		require.NoError(t, appstypes.ValidateNamed("acme/"+name))
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", name)
		require.Equal(t, name, assetName(name+".wasm", kind))
	})
}

func TestFirstBytes(t *testing.T) {
	for data, want := range map[string]string{
		"":                            "nothing, it is empty",
		"\x7fELF\x02":                 `"\x7fELF", a program for Linux`,
		"\x7fEL":                      `"\x7fEL"`,
		"#!/bin/sh\n":                 `"#!", a script`,
		"\x00asm":                     `"\x00asm", a WebAssembly component or another version`,
		"\x00asm\x0d\x00\x01\x00more": `"\x00asm\r\x00\x01\x00", a WebAssembly component or another version`,
		"(module)":                    `"(module)"`,
		"(module $longer)":            `"(module "`,
		"a":                           `"a"`,
	} {
		require.Equal(t, want, firstBytes([]byte(data)))
	}
}
