package rooms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hexReaders are the files that decode hexadecimal digits, with the kind of value that they read. Only internal/ids reads the 64 digits of
// ids and digests.
var hexReaders = map[string]string{
	"internal/ids/ids.go":                        "ids and digests",
	"cmd/credenced/cmd/tx.go":                    "an encoded transaction",
	"cmd/credenced/setup/role.go":                "a private key",
	"client/key.go":                              "a private key",
	"client/sender/result.go":                    "the data of a transaction",
	"evidence/internal/strictjson/strictjson.go": "values of Intel's files",
	"evidence/internal/vectors/vectors.go":       "vectors of tests",
	"evidence/software/software.go":              "a constant of the file",
	"evidence/tdx/verify.go":                     "a constant of the file",
	"executor/runtime/oci/room.go":               "the name of a folder",
	"internal/prefix/prefix.go":                  "the beginning of an id",
	"internal/release/request.go":                "a nonce",
	"internal/worker/agent/secret.go":            "the secret of a worker",
	"receipt/trust.go":                           "a hash of CometBFT, in either case of letters",
	"result/computed.go":                         "the data of a callback",
	"result/onchain.go":                          "the data of a callback",
	"x/market/keeper/index.go":                   "the rank of an order",
}

// writesDigests says whether a text is the prefix of digests in text form, or a pattern that makes a digest.
func writesDigests(text string) bool { return text == "sha256:" || strings.HasPrefix(text, "sha256:%") }

// digits says whether a file writes the prefix of digests and whether it decodes hexadecimal digits.
type digits struct{ writesDigests, readsHex bool }

// readDigits searches a file for the prefix of digests, and for calls that decode hexadecimal digits.
func readDigits(file *ast.File) (d digits) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && writesDigests(text) {
				d.writesDigests = true
			}
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "hex" && strings.HasPrefix(n.Sel.Name, "Decode") && n.Sel.Name != "DecodedLen" {
				d.readsHex = true
			}
		}
		return true
	})
	return d
}

// walkFiles calls do with every Go file of the product that is written by hand and is no test.
func walkFiles(t *testing.T, do func(name string, file *ast.File)) {
	const root = "../.."
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(path, root), "/"))
		if entry.IsDir() {
			if outside.MatchString(name) || strings.HasPrefix(entry.Name(), ".") && path != root || entry.Name() == "node_modules" || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			do(name, file)
		}
		return err
	}))
}

// TestOneParserOfDigits: ids have one parser (internal/ids). Digests have one text form (artifact/digest.go), which uses that parser. A
// file that decodes other digits is in the list, with the kind of value that it reads.
func TestOneParserOfDigits(t *testing.T) {
	seen, writers := map[string]bool{}, []string{}
	walkFiles(t, func(name string, file *ast.File) {
		d := readDigits(file)
		if d.writesDigests {
			writers = append(writers, name)
		}
		if d.readsHex && hexReaders[name] == "" {
			t.Errorf("%s decodes hexadecimal digits. An id is read by ids.Parse, or by ParseID of a module, and a digest by artifact.ParseDigest or artifact.ParseHex; "+
				"if it reads something else, add it to hexReaders", name)
		}
		seen[name] = d.readsHex
	})
	require.Equal(t, []string{"artifact/digest.go"}, writers, "others call artifact.ParseDigest, CutAlgorithm, AddAlgorithm or NamesDigest")
	for name := range hexReaders {
		require.True(t, seen[name], "%s decodes nothing any more: remove it from hexReaders", name)
	}
}

// TestDigitsAreFound: the check finds a file that breaks the rule.
func TestDigitsAreFound(t *testing.T) {
	for source, want := range map[string]digits{
		`var _, _ = hex.DecodeString(text)`:                  {readsHex: true},
		`var _, _ = hex.Decode(out, text)`:                   {readsHex: true},
		`var _ = hex.DecodedLen(64)`:                         {},
		`var _ = hex.EncodeToString(id)`:                     {},
		`var _, _ = strings.CutPrefix(text, "sha256:")`:      {writesDigests: true},
		"const prefix = `sha256:`":                           {writesDigests: true},
		`var _ = fmt.Sprintf("sha256:%x", sum)`:              {writesDigests: true},
		`var usage = "sha256:DIGEST, or a name; repeatable"`: {},
		`var example = "sha256:2c26b46b68ffc68f"`:            {},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a\n"+source, parser.SkipObjectResolution)
		require.NoError(t, err)
		require.Equal(t, want, readDigits(file), source)
	}
}
