package printer

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// pagesOf serves pages of numbers. Each page names the next page by its index.
func pagesOf(t *testing.T, pages ...[]int) func(*query.PageRequest) ([]int, *query.PageResponse, error) {
	return func(p *query.PageRequest) ([]int, *query.PageResponse, error) {
		require.EqualValues(t, 100, p.Limit)
		i := 0
		if len(p.Key) > 0 {
			i = int(p.Key[0])
		}
		next := &query.PageResponse{}
		if i+1 < len(pages) {
			next.NextKey = []byte{byte(i + 1)}
		}
		return pages[i], next, nil
	}
}

func TestReadPages(t *testing.T) {
	for _, tc := range []struct {
		name  string
		limit int
		pages [][]int
		want  []int
		more  bool
	}{
		{"nothing", 3, [][]int{nil}, nil, false},
		{"one page", 3, [][]int{{1, 2}}, []int{1, 2}, false},
		{"as many as asked for, and no more", 3, [][]int{{1, 2}, {3}}, []int{1, 2, 3}, false},
		{"as many as asked for, and a page after", 2, [][]int{{1, 2}, {3}}, []int{1, 2}, true},
		{"a page is cut", 2, [][]int{{1}, {2, 3}}, []int{1, 2}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, more, err := ReadPages(tc.limit, pagesOf(t, tc.pages...))
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.more, more)
		})
	}
	down := errors.New("the node is down")
	_, _, err := ReadPages(1, func(*query.PageRequest) ([]int, *query.PageResponse, error) { return nil, nil, down })
	require.ErrorIs(t, err, down)
	got, more, err := ReadPages(1, func(*query.PageRequest) ([]int, *query.PageResponse, error) { return []int{7}, nil, nil })
	require.NoError(t, err, "a node that tells of no pages has told all")
	require.Equal(t, []int{7}, got)
	require.False(t, more)
}

func TestCheckLimit(t *testing.T) {
	require.ErrorContains(t, CheckLimit(0), "--limit 0: expected at least 1")
	require.NoError(t, CheckLimit(1))
}

func TestPrintMore(t *testing.T) {
	var out strings.Builder
	PrintMore(&out, false, 5)
	require.Empty(t, out.String())
	PrintMore(&out, true, 5)
	require.Equal(t, "... and more: these are the first 5; --limit lists others\n", out.String())
}
