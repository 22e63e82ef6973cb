package iexec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/iexec"
)

func TestHashesBindTheirFields(t *testing.T) {
	task, other := iexec.TaskID{1}, iexec.TaskID{2}
	require.Equal(t, iexec.ResultHash(task, []byte("A")), iexec.ResultHash(task, []byte("A")))
	seen := map[iexec.Digest]string{}
	for name, d := range map[string]iexec.Digest{
		"hash":         iexec.ResultHash(task, []byte("A")),
		"other result": iexec.ResultHash(task, []byte("B")),
		"other task":   iexec.ResultHash(other, []byte("A")),
		"seal":         iexec.ResultSeal("1", task, []byte("A")),
		"other worker": iexec.ResultSeal("2", task, []byte("A")),
		"shifted":      iexec.ResultSeal("", task, []byte("1A")),
		"sealed other": iexec.ResultSeal("1", other, []byte("A")),
	} {
		require.Empty(t, seen[d], "%s equals %s", name, seen[d])
		seen[d] = name
	}
}
