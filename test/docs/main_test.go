// Package docs runs the commands of the guides, as a reader would type them, against a network of real processes.
package docs

import (
	"os"
	"testing"

	"github.com/credence-chain/credence/testutil/builds"
)

// binaries is the folder with the programs that the guides call.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(builds.Main(m, &binaries, "credence", "credenced", "credence-worker"))
}
