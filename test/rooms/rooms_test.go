// Package rooms checks the tree against docs/architecture.md: which folder may import which.
package rooms

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/credence-chain/credence/"
	page   = "../../docs/architecture.md"
)

// outside matches the folders that the product does not import: tests, their helpers, tools, and programs for the network.
var outside = regexp.MustCompile(`^(test|testutil|tools|examples)(/|$)`)

var names = regexp.MustCompile("`([^`]+)`")

// readRooms returns the folders of the page's first table, each with the number of its row from above.
func readRooms(t *testing.T) map[string]int {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "| folder | what it is |\n|---|---|\n")
	require.True(t, found, "the table of %s", page)
	table, _, _ = strings.Cut(table, "\n\n")
	rooms := map[string]int{}
	for row, line := range strings.Split(table, "\n") {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, name := range names.FindAllStringSubmatch(first, -1) {
			room := strings.TrimSuffix(name[1], "/")
			require.NotContains(t, rooms, room, "twice in the table")
			rooms[room] = row
		}
	}
	require.Greater(t, len(rooms), 30)
	return rooms
}

// findRoom returns the room of a package: the matching room with the longest name.
func findRoom(rooms map[string]int, pkg string) (room string, found bool) {
	for at := pkg; ; {
		if _, found := rooms[at]; found {
			return at, true
		}
		cut := strings.LastIndexByte(at, '/')
		if cut < 0 {
			return "", false
		}
		at = at[:cut]
	}
}

// TestImportsPointDown: a package imports only packages of its own row of the table, or of a row below.
func TestImportsPointDown(t *testing.T) {
	rooms := readRooms(t)
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = "../.."
	var diag strings.Builder
	cmd.Stderr = &diag
	out, err := cmd.Output()
	require.NoError(t, err, diag.String())
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		if outside.MatchString(pkg) || pkg == "x" { // x holds only a test
			continue
		}
		from, found := findRoom(rooms, pkg)
		if !found && !strings.Contains(line, " "+module) {
			continue // a program that a reader wrote here, as README.md says; one that we import is found below
		}
		if !found {
			t.Errorf("%s is in no row of %s", pkg, page)
			continue
		}
		for _, path := range fields[1:] {
			imported, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			to, found := findRoom(rooms, imported)
			if !found || rooms[to] < rooms[from] {
				t.Errorf("%s (%s) imports %s (%s), which %s has above it, or not at all", pkg, from, imported, to, page)
			}
			seen++
		}
	}
	require.Greater(t, seen, 500, "imports of this project")
}

// TestAnImportUpwardIsFound: the check finds an import that breaks the rule.
func TestAnImportUpwardIsFound(t *testing.T) {
	rooms := readRooms(t)
	app, _ := findRoom(rooms, "app/genesis")
	poco, _ := findRoom(rooms, "poco/contract")
	require.Less(t, rooms[app], rooms[poco])
	local, _ := findRoom(rooms, "executor/local")
	executor, _ := findRoom(rooms, "executor/runtime")
	require.Less(t, rooms[local], rooms[executor], "the longest name counts")
	_, found := findRoom(rooms, "nothing/here")
	require.False(t, found)
}
