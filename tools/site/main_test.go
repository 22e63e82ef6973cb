package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// repository writes the files into a folder, and returns it.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := put(dir, name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBuild(t *testing.T) {
	repo := repository(t, map[string]string{
		"README.md":         "# Home\n\n![a picture](docs/a.svg) [guide](docs/guide.md#two-words) [module](x/m) [code](main.go) [out](https://example.org/)\n",
		"docs/guide.md":     "# Guide\n\n## Two words\n\n## Two words\n\n[home](../README.md)\n\n<script>alert(1)</script>\n",
		"docs/a.svg":        "<svg/>",
		"x/m/README.md":     "# `m`\n",
		"main.go":           "package main\n",
		"testdata/READM.md": "[nowhere](nothing.md)",
	})
	out := filepath.Join(t.TempDir(), "site")
	if err := build(repo, []string{"README.md", "docs/guide.md", "testdata/READM.md", "x/m/README.md"}, out); err != nil {
		t.Fatal(err)
	}
	expect := func(file string, parts ...string) {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if !strings.Contains(string(content), part) {
				t.Errorf("%s: expected %q in:\n%s", file, part, content)
			}
		}
	}
	expect("index.html", `src="docs/a.svg"`, `href="docs/guide.html#two-words"`, `href="x/m/README.html"`, `href="`+source+`main.go"`, `href="https://example.org/"`)
	expect("docs/guide.html", `href="../index.html"`, `id="two-words"`, `id="two-words-1"`, `href="../style.css"`)
	expect("docs/a.svg", "<svg/>")
	content, _ := os.ReadFile(filepath.Join(out, "docs/guide.html"))
	if strings.Contains(string(content), "<script") {
		t.Error("raw HTML of a page is in the site")
	}
}

func TestBuildRefusesALinkThatLeadsNowhere(t *testing.T) {
	repo := repository(t, map[string]string{"README.md": "# Home\n\n[lost](nothing.md)\n"})
	err := build(repo, []string{"README.md"}, filepath.Join(t.TempDir(), "site"))
	if err == nil || !strings.Contains(err.Error(), "README.md: link to nothing.md: no such file") {
		t.Fatalf("got %v", err)
	}
}

func TestGenerateIsAsOnGitHub(t *testing.T) {
	a := anchors{used: map[string]int{}}
	for heading, want := range map[string]string{
		"3. How many replicas: the error debt": "3-how-many-replicas-the-error-debt",
		"What `run` prints":                    "what-run-prints",
	} {
		if got := string(a.Generate([]byte(heading), 0)); got != want {
			t.Errorf("%s: got %s, expected %s", heading, got, want)
		}
	}
}

// Every page is in the menu once.
func TestMenuListsEveryPage(t *testing.T) {
	s := site{repo: fstest.MapFS{}, pages: map[string]*page{}}
	for _, file := range []string{"README.md", "docs/trust.md", "docs/other.md", "docs/adr/0001-a.md", "x/tasks/README.md", "docker/README.md"} {
		s.pages[file] = &page{file: file, title: file}
	}
	seen := map[string]int{}
	for _, sec := range s.menu("README.md") {
		for _, l := range sec.Links {
			seen[l.Title]++
		}
	}
	for file := range s.pages {
		if seen[file] != 1 {
			t.Errorf("%s is in the menu %d times", file, seen[file])
		}
	}
}
