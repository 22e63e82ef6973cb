package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/examples/internal/wasitest"
)

func TestHello(t *testing.T) {
	app := wasitest.Build(t, ".")
	got := app.Run(wasitest.Run{In: map[string]string{"b": "1\n2\n", "a": "1"}})
	require.Zero(t, got.Exit, got.Stderr)
	report, err := os.ReadFile(got.Out + "/report.txt")
	require.NoError(t, err)
	require.Equal(t, "a: 0 lines\nb: 2 lines\n", string(report))
}

// The manual shows the programs exactly as they are in their files.
func TestManualShowsTheExamples(t *testing.T) {
	manual, err := os.ReadFile("../../docs/apps.md")
	require.NoError(t, err)
	for language, name := range map[string]string{"go": "main.go", "c": "../hello-c/hello.c"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Contains(t, string(manual), "```"+language+"\n"+string(source)+"```\n")
	}
}
