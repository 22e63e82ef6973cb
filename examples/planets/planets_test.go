package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/examples/internal/wasitest"
)

// Mars came closest on 27 August 2003, 9:51 UT, which is a minute later in the table's time: 55,758,006 km. The program's native build gives the
// same bytes as WebAssembly.
func TestMars(t *testing.T) {
	table, err := os.ReadFile("j2000.txt")
	require.NoError(t, err)
	app := wasitest.Build(t, ".")
	args := []string{"-days", "1400", "-closest", "Mars,Earth"}
	got := app.Run(wasitest.Run{Args: append(args, "/in/j2000.txt"), In: map[string]string{"j2000.txt": string(table)}})
	require.Zero(t, got.Exit, got.Stderr)
	_, line, _ := strings.Cut(got.Stdout, "\n")
	var on, at string
	var km float64
	_, err = fmt.Sscanf(line, "Mars and Earth were closest on %s %s %f km", &on, &at, &km)
	require.NoError(t, err, line)
	when, err := time.Parse("2006-01-02 15:04:", on+" "+at)
	require.NoError(t, err)
	require.WithinDuration(t, time.Date(2003, 8, 27, 9, 52, 0, 0, time.UTC), when, time.Minute)
	require.InDelta(t, 55_758_006, km, 50)

	var native strings.Builder
	require.NoError(t, run(append(args, "j2000.txt"), &native))
	require.Equal(t, native.String(), got.Stdout)
}

// A planet is back after its year, and energy and momentum stay, also in the past.
func TestYears(t *testing.T) {
	file, err := os.Open("j2000.txt")
	require.NoError(t, err)
	defer file.Close()
	bodies, err := read(file)
	require.NoError(t, err)
	require.Len(t, bodies, 10)
	sun, earth := find(bodies, "Sun"), find(bodies, "Earth")
	before, e := earth.at.add(sun.at, -1), energy(bodies)
	const steps = 1461
	for range steps {
		step(bodies, 365.25636*day/steps)
	}
	after := earth.at.add(sun.at, -1)
	require.Less(t, after.add(before, -1).length(), before.length()/2000, "the others pull the Earth, and the Moon moves it by 5,000 km")
	require.InEpsilon(t, e, energy(bodies), 1e-11)
	for range steps {
		step(bodies, -365.25636*day/steps)
	}
	back := earth.at.add(sun.at, -1)
	require.Less(t, back.add(before, -1).length(), 0.1, "the way back is the same way")
}

func TestRefusals(t *testing.T) {
	for want, args := range map[string][]string{
		"got 0 files, expected one table": nil,
		"expected more than 0":            {"-step", "NaN", "j2000.txt"},
		"-closest Earth":                  {"-closest", "Earth", "j2000.txt"},
		"main.go: line 1 has ":            {"main.go"},
	} {
		require.ErrorContains(t, run(args, &strings.Builder{}), want)
	}
	_, err := read(strings.NewReader("# a comment\n\nSun 1 2 3 x 5 6 7\n"))
	require.ErrorContains(t, err, "line 3: ")
}
