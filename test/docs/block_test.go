package docs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBlocksOf(t *testing.T) {
	page := "# A page\n\n<!-- run -->\n```sh\na\nb\n```\n\nText.\n\n```sh\nnot run\n```\n<!-- run -->\n```sh\nc\n```\nIt prints:\n<!-- output -->\n```\none\n...\nt...o\n```\n"
	blocks, err := blocksOf("page.md", page)
	require.NoError(t, err)
	require.Equal(t, []block{
		{page: "page.md", line: 5, code: "a\nb"},
		{page: "page.md", line: 16, code: "c", shows: []string{"one", "...", "t...o"}},
	}, blocks)
	require.Equal(t, "page.md:5", blocks[0].String())

	for _, tc := range []struct{ name, page, says string }{
		{"no block", "<!-- run -->\ntext\n", "page.md:1"},
		{"nothing after it", "<!-- run -->", "expected a fenced block"},
		{"no end", "<!-- run -->\n```sh\na\n", "no end"},
		{"output first", "<!-- output -->\n```\na\n```\n", "output of nothing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := blocksOf("page.md", tc.page)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestLacks(t *testing.T) {
	b := block{shows: []string{"one  two", "", "...", "id: ...", "t...o"}}
	require.Empty(t, b.lacks("zero\n one two\nid: 5\nbetween\ntwo and no"))
	require.Equal(t, "id: ...", b.lacks("one two\ntwo and no\n"))
	require.Equal(t, "t...o", b.lacks("one two\nid: 7\nid: 8"))
	require.Equal(t, "one  two", b.lacks("one two three"))
	require.Equal(t, "one  two", b.lacks(""))
	require.Empty(t, block{}.lacks(""))
}

func TestLike(t *testing.T) {
	for _, tc := range []struct {
		pattern, line string
		want          bool
	}{
		{"a b", "  a   b ", true},
		{"a b", "a b c", false},
		{"a b", "0 a b", false},
		{"... b", "a b", true},
		{"a ...", "a b c", true},
		{"a...c", "a b c", true},
		{"a...c", "a b c d", false},
		{"a...b...", "a x b", true},
		{"a...b...", "a x c", false},
		{"", "", true},
		{"", "a", false},
		{"1.5s request 4df140f0d246; 0.3 CRED locked", "12s request 0123456789ab; 2 CRED locked", true},
		{"request 4df140f0d246", "request 4df140f0d24", false}, // no id: it is too short
		{"amber and birch", "cedar and delta", true},
		{"amber and birch", "amber and ambers", false},
		{"50 of 50 accepted", "49 of 50 accepted", false},
	} {
		require.Equal(t, tc.want, like(tc.pattern, tc.line), "%q, %q", tc.pattern, tc.line)
	}
}
