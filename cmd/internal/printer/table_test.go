package printer

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// brokenPipe is a writer that fails on every write.
type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestPrintTable(t *testing.T) {
	columns := []Column[int]{
		NewColumn("NUMBER", func(n int) string { return strconv.Itoa(n) }),
		NewColumn("SQUARE", func(n int) string { return strconv.Itoa(n * n) }),
		NewColumn("IN WORDS", func(n int) string { return strings.Repeat("one", n) }),
	}
	for _, tc := range []struct {
		name string
		rows []int
		want string
	}{
		{"no rows", nil, "NUMBER  SQUARE  IN WORDS\n"},
		{"rows in their order", []int{2, 1000}, "NUMBER  SQUARE   IN WORDS\n2       4        oneone\n1000    1000000  " + strings.Repeat("one", 1000) + "\n"},
		{"an empty cell", []int{0}, "NUMBER  SQUARE  IN WORDS\n0       0       \n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, PrintTable(&out, columns, tc.rows))
			require.Equal(t, tc.want, out.String())
		})
	}
	require.ErrorIs(t, PrintTable(brokenPipe{}, columns, []int{1}), errPipe)
}
