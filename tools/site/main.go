// Command site makes a static web site of a repository's documentation: every Markdown file that git knows becomes a page,
// with the same links, and the pictures that they show are copied. It needs no network and the site none either: one style
// sheet, no scripts, no fonts from elsewhere. A link to a file of the repository that is no page leads to the source.
//
//	site -repo DIR -out DIR
package main

import (
	"bytes"
	"embed"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed page.html style.css
var assets embed.FS

// source is where the files that are no pages can be read.
const source = "https://github.com/credence-chain/credence/tree/main/"

func main() {
	repo := flag.String("repo", ".", "the checkout whose documentation it is")
	out := flag.String("out", "", "folder for the site; what was in it is replaced")
	flag.Parse()
	files, err := listPages(*repo)
	if err == nil {
		err = build(*repo, files, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

// listPages returns the Markdown files that git knows in a repository, or would add.
func listPages(repo string) ([]string, error) {
	listed, err := exec.Command("git", "-C", repo, "ls-files", "-co", "--exclude-standard", "*.md").Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files in %s: %w", repo, err)
	}
	return strings.Fields(string(listed)), nil
}

// build makes the site of a repository's Markdown files, except those of testdata. It fails on a link that leads nowhere.
func build(repo string, files []string, out string) error {
	if out == "" {
		return errors.New("-out: got none, expected a folder")
	}
	s := site{repo: os.DirFS(repo), pages: map[string]*page{}, files: map[string]bool{}}
	for _, file := range files {
		if strings.Contains(file, "testdata/") {
			continue
		}
		if err := s.read(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return s.write(out)
}

// site is what is published.
type site struct {
	repo  fs.FS
	pages map[string]*page // by the path of the Markdown file
	files map[string]bool  // pictures that pages show
}

// page is one Markdown file.
type page struct {
	file   string
	title  string
	source []byte
	doc    ast.Node
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// read parses one file.
func (s *site) read(file string) error {
	content, err := fs.ReadFile(s.repo, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted, and still in git's index
	}
	if err != nil {
		return err
	}
	context := parser.NewContext(parser.WithIDs(&anchors{used: map[string]int{}}))
	p := &page{file: file, source: content, doc: markdown.Parser().Parse(text.NewReader(content), parser.WithContext(context))}
	for n := p.doc.FirstChild(); n != nil && p.title == ""; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			p.title = plain(h, content)
		}
	}
	if p.title == "" {
		p.title = file
	}
	s.pages[file] = p
	return nil
}

// plain is the text of a node without its markup.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// anchors names headings as GitHub does, so that links work in both places.
type anchors struct{ used map[string]int }

// Generate returns the anchor of a heading: small letters, hyphens for spaces, nothing else but letters, digits, _ and -.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(string(value))) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
			b.WriteRune(r)
		}
	}
	name := b.String()
	a.used[name]++
	if n := a.used[name]; n > 1 {
		name = fmt.Sprintf("%s-%d", name, n-1)
	}
	return []byte(name)
}

// Put notes an anchor that was given otherwise.
func (a *anchors) Put(value []byte) { a.used[string(value)]++ }

// pagePath is where the page of a Markdown file is.
func pagePath(file string) string {
	if file == "README.md" {
		return "index.html"
	}
	return strings.TrimSuffix(file, ".md") + ".html"
}

// relative is the way from one page to another file of the site.
func relative(from, to string) string {
	rel, err := filepath.Rel(path.Dir(from), to)
	if err != nil {
		return to
	}
	return filepath.ToSlash(rel)
}

// write renders all pages, and copies what they show.
func (s *site) write(out string) error {
	tmpl, err := template.ParseFS(assets, "page.html")
	if err != nil {
		return err
	}
	var wrong []error
	for _, file := range s.sorted() {
		p := s.pages[file]
		if err := s.relink(p); err != nil {
			wrong = append(wrong, err)
			continue
		}
		var body, whole bytes.Buffer
		if err := markdown.Renderer().Render(&body, p.source, p.doc); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		at := pagePath(file)
		if err := tmpl.Execute(&whole, map[string]any{
			"Title": p.title, "Body": template.HTML(body.String()), //nolint:gosec // goldmark leaves raw HTML out
			"Style": relative(at, "style.css"), "Menu": s.menu(file), "Source": source + file,
		}); err != nil {
			return err
		}
		if err := put(out, at, whole.Bytes()); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	for file := range s.files {
		content, err := fs.ReadFile(s.repo, file)
		if err != nil {
			return err
		}
		if err := put(out, file, content); err != nil {
			return err
		}
	}
	style, err := assets.ReadFile("style.css")
	if err != nil {
		return err
	}
	return put(out, "style.css", style)
}

func put(out, file string, content []byte) error {
	to := filepath.Join(out, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

// relink turns the links of a page to files of the repository into links of the site.
func (s *site) relink(p *page) error {
	var wrong []error
	err := ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var destination *[]byte
		switch n := n.(type) {
		case *ast.Link:
			destination = &n.Destination
		case *ast.Image:
			destination = &n.Destination
		default:
			return ast.WalkContinue, nil
		}
		to, err := s.target(p.file, string(*destination), n.Kind() == ast.KindImage)
		if err != nil {
			wrong = append(wrong, err)
		}
		*destination = []byte(to)
		return ast.WalkContinue, nil
	})
	return errors.Join(append(wrong, err)...)
}

// target is what a link of a page becomes.
func (s *site) target(from, link string, picture bool) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return link, err
	}
	file := path.Join(path.Dir(from), u.Path)
	info, err := fs.Stat(s.repo, file)
	if err != nil {
		return link, fmt.Errorf("%s: link to %s: no such file", from, link)
	}
	at := pagePath(from)
	if info.IsDir() && s.pages[path.Join(file, "README.md")] != nil {
		file = path.Join(file, "README.md")
	}
	switch {
	case s.pages[file] != nil:
		u.Path = relative(at, pagePath(file))
		return u.String(), nil
	case picture:
		s.files[file] = true
		return relative(at, file), nil
	}
	return source + file, nil
}

func (s *site) sorted() []string {
	var files []string
	for file := range s.pages {
		files = append(files, file)
	}
	slices.Sort(files)
	return files
}

// section of the menu.
type section struct {
	Name  string
	Links []link
}

type link struct {
	Title, To string
	Here      bool
}

// sections are the menu's, each with the pages that it lists first; the last takes what no other names.
var sections = []struct {
	name  string
	files []string
}{
	{"Begin", []string{"README.md", "docs/start.md", "docs/faq.md", "docs/comparison.md"}},
	{"Guides", []string{
		"docs/requester.md", "docs/apps.md", "docs/worker.md", "docs/provider.md", "docs/pool-operator.md", "docs/validator.md",
		"docs/operator.md", "docs/releases.md", "docs/integrator.md", "docs/pages.md", "docs/receipts.md",
	}},
	{"How it works", []string{
		"docs/protocol.md", "docs/trust.md", "docs/security.md", "docs/evidence.md", "docs/fuel.md", "docs/architecture.md",
		"docs/iexec-parity.md",
	}},
	{"Reference", nil},
	{"Modules", nil},
	{"Decisions", nil},
}

// menu is the list of all pages, as it stands on the page of a file.
func (s *site) menu(here string) []section {
	named := map[string]bool{}
	var menu []section
	for _, sec := range sections {
		files := sec.files
		for _, file := range files {
			named[file] = true
		}
		if files == nil {
			for _, file := range s.sorted() {
				module, decision := strings.HasPrefix(file, "x/"), strings.HasPrefix(file, "docs/adr/")
				if !named[file] && module == (sec.name == "Modules") && decision == (sec.name == "Decisions") {
					files = append(files, file)
				}
			}
		}
		out := section{Name: sec.name}
		for _, file := range files {
			if p := s.pages[file]; p != nil {
				out.Links = append(out.Links, link{Title: p.title, To: relative(pagePath(here), pagePath(file)), Here: file == here})
			}
		}
		menu = append(menu, out)
	}
	return menu
}
