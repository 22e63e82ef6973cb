package rows_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
)

// FuzzRead: no archive makes the reader of rows panic. A row that is read has one content for each file that it names.
func FuzzRead(f *testing.F) {
	list := []rows.Row{{Args: []string{"-width", "640"}, Files: []rows.File{{Name: "a.scene", From: "0"}}}, {}, {Env: []string{"A=1"}, Stdin: "a"}}
	var packed bytes.Buffer
	require.NoError(f, rows.Pack(&packed, list, map[string]artifact.Content{"0": artifact.Bytes("zero")}))
	for i := range uint64(4) {
		f.Add(packed.Bytes(), i)
	}
	f.Fuzz(func(t *testing.T, archive []byte, index uint64) {
		row, contents, err := rows.Read(archive, index)
		if err == nil {
			require.Len(t, contents, len(row.Files))
		}
	})
}
