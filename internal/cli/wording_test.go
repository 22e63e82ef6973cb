package cli

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
)

// TestEveryWordingIsReached: no row of a table is hidden by an earlier row, and every placeholder has a function that fills it in.
func TestEveryWordingIsReached(t *testing.T) {
	kinds := []client.IDKind{client.KindTask}
	variants := []client.Error{
		{}, {Value: "a"}, {Value: "a", What: "it is a folder"}, {Got: 1}, {What: "no offer met it until height 7"}, {Deal: "cd34", Found: []string{"amber", "birch"}},
		{Err: client.ErrStalled}, {Err: artifact.ErrRefused}, {Err: errors.New("refused")}, {Task: &client.TaskReport{}}, {Kinds: kinds}, {Value: "studio/count"},
		{Value: "a/b:1", What: "it is no name of anything on the chain"},
	}
	for name, table := range map[string]wordings{"descriptions": descriptions, "advice": advice} {
		fields, codes := map[string]bool{"": true}, map[client.Code]bool{"": true}
		for _, w := range table {
			fields[w.field], codes[w.code] = true, true
		}
		reached := make([]bool, len(table))
		for field := range fields {
			for code := range codes {
				for _, e := range variants {
					e.Field, e.Code, e.Plan = field, code, &client.Plan{Replicas: 2}
					text := table.wordFor(&e)
					for i, w := range table {
						if w.fits(&e) {
							reached[i] = true
							require.NotRegexp(t, placeholder, text, w.text)
							break
						}
					}
				}
			}
		}
		for i, w := range table {
			require.True(t, reached[i], "%s: %q is hidden", name, w.text)
		}
	}
}

// The advice about work that was begun names the deal and who holds its results. There is none where nobody holds them.
func TestAdviseUnavailable(t *testing.T) {
	require.Equal(t, "credenced task fetch cd34 --out DIR tries again; holders are amber, birch",
		advice.wordFor(&client.Error{Code: client.CodeUnavailable, Deal: "cd34", Found: []string{"amber", "birch"}}))
	require.Empty(t, advice.wordFor(&client.Error{Code: client.CodeUnavailable, Task: &client.TaskReport{}}), "nobody has it")
	require.Empty(t, advice.wordFor(&client.Error{Code: client.CodeUnavailable, Task: &client.TaskReport{}, Field: "Voucher", Issuer: "a"}), "the field changes nothing")
}
