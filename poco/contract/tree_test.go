package contract

import (
	"fmt"
	"strings"
	"testing"
)

// treeFiles returns files of these names. A name that ends in a slash is an empty folder.
func treeFiles(names ...string) (list []TreeFile) {
	for _, name := range names {
		short, dir := strings.CutSuffix(name, "/")
		list = append(list, TreeFile{Name: short, Dir: dir})
	}
	return list
}

func TestCheckTreeFiles(t *testing.T) {
	for _, tc := range []struct {
		names  []string
		expErr string
	}{
		{nil, ""},
		{[]string{"a", "b/", "c/d/e", "c/d/f", "c/g"}, ""},
		{[]string{"a", "a/b"}, `"a" is there as a file`},
		{[]string{"a/", "a/b"}, `"a" is there as an empty folder, and "a/b" in it`},
		{[]string{"A", "a"}, "differ only in the case"},
		{[]string{"A/x", "a/y"}, "differ only in the case"},
		{[]string{"A/x", "a"}, "differ only in the case"},
		{[]string{"É", "é"}, ""}, // the names differ in Unicode's case only, and no rule is about that
	} {
		err := CheckTreeFiles(treeFiles(tc.names...))
		if (err == nil) != (tc.expErr == "") || err != nil && !strings.Contains(err.Error(), tc.expErr) {
			t.Errorf("%q: got %v, want %q", tc.names, err, tc.expErr)
		}
	}
}

func TestTreeNodes(t *testing.T) {
	var names []string
	for i := range MaxInputNodes / 2 {
		names = append(names, fmt.Sprintf("%05d/file", i)) // two nodes each
	}
	if err := CheckTreeFiles(treeFiles(names...)); err != nil {
		t.Fatal(err)
	}
	if err := CheckTreeFiles(treeFiles(append(names, "x")...)); err == nil {
		t.Error("a node too many is accepted")
	}
}

func TestTreePath(t *testing.T) {
	for _, tc := range []struct{ input, name, want string }{
		{"data", "a/b", "data/a/b"},
		{RootTree, "a/b", "a/b"},
		{RootTree, "datasets/acme/cities", ""},
		{RootTree, "datasets", ""},
		{"x", "datasets/y", "x/datasets/y"},
		{strings.Repeat("d", 200), strings.Repeat("n", 54), strings.Repeat("d", 200) + "/" + strings.Repeat("n", 54)},
		{strings.Repeat("d", 200), strings.Repeat("n", 55), ""},
		{strings.Repeat("d/", 62) + "d", "a", strings.Repeat("d/", 62) + "d/a"},
		{strings.Repeat("d/", 62) + "d", "a/b", ""},
	} {
		if got, err := TreePath(tc.input, tc.name); got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%.20q in %.20q: got %.40q, %v, want %.40q", tc.name, tc.input, got, err, tc.want)
		}
	}
}
