package poco

import "testing"

func TestRunSeed(t *testing.T) {
	one, other := [32]byte{1}, [32]byte{2}
	if RunSeed(one, "", 3) != Hash(one[:]) || RunSeed(one, "", 3) != RunSeed(one, "", 4) {
		t.Error("without a seed it is the task's id alone")
	}
	if RunSeed(one, "7", 3) != RunSeed(other, "7", 3) {
		t.Error("with a seed another task of the same index draws others")
	}
	if RunSeed(one, "7", 3) == RunSeed(one, "7", 4) || RunSeed(one, "7", 3) == RunSeed(one, "8", 3) {
		t.Error("two tasks of a bag, or two seeds, draw the same")
	}
}
