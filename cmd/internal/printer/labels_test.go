package printer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLabels(t *testing.T) {
	var out strings.Builder
	l := NewLabels(&out)
	l.AddRow("price", "%d a task", 5)
	l.AddSome("voucher", "")
	l.AddSome("beneficiary", "lab")
	require.Empty(t, out.String(), "the width of the first column is not known yet")
	require.NoError(t, l.Flush())
	require.Equal(t, "  price        5 a task\n  beneficiary  lab\n", out.String())
	l = NewLabels(brokenPipe{})
	l.AddRow("a", "b")
	require.ErrorIs(t, l.Flush(), errPipe)
}
