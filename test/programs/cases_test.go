package programs

import (
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/poco/contract"
)

// program is one run of a program that others wrote, with its right result. The test computes the right result by other means, or takes it
// from a textbook. It never takes it from an earlier output of the program.
type program struct {
	name string // also the name of its module
	args []string
	// execution and inputs are those of the task. stdin is text that becomes a file.
	execution contract.Execution
	stdin     string
	inputs    func(t *testing.T) []client.InputFile
	// check gets the folder of the result and the exit status.
	check func(t *testing.T, out string, status uint32)
}

// sources is the folder in which scripts/programs.sh keeps the fetched sources.
const sources = "../../build/programs/sources"

// text returns half a megabyte of words that a linear congruence chooses.
func text() string {
	var b strings.Builder
	for n := uint32(1); b.Len() < 500_000; n = n*1664525 + 1013904223 {
		fmt.Fprintf(&b, "word%d ", n>>24)
	}
	return b.String()
}

// pigeonhole returns clauses that say that each of n+1 pigeons has one of n holes for itself, which is impossible.
func pigeonhole(n int) string {
	var clauses []string
	at := func(pigeon, hole int) int { return pigeon*n + hole + 1 }
	for p := 0; p <= n; p++ {
		var some []string
		for h := range n {
			some = append(some, strconv.Itoa(at(p, h)))
		}
		clauses = append(clauses, strings.Join(some, " ")+" 0")
		for q := range p {
			for h := range n {
				clauses = append(clauses, fmt.Sprintf("-%d -%d 0", at(p, h), at(q, h)))
			}
		}
	}
	return fmt.Sprintf("p cnf %d %d\n%s\n", n*(n+1), len(clauses), strings.Join(clauses, "\n"))
}

// clauses returns the clauses of a satisfiable formula: x1 xor x2, x2 xor x3, and so on, with the first variable true.
func clauses(n int) [][]int {
	list := [][]int{{1}}
	for i := 1; i < n; i++ {
		list = append(list, []int{i, i + 1}, []int{-i, -i - 1})
	}
	return list
}

func cnf(n int, list [][]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "p cnf %d %d\n", n, len(list))
	for _, c := range list {
		for _, literal := range c {
			fmt.Fprintf(&b, "%d ", literal)
		}
		b.WriteString("0\n")
	}
	return b.String()
}

// file makes an input of text.
func file(t *testing.T, name, text string) client.InputFile {
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return client.InputFile{Name: name, Path: path}
}

func printed(t *testing.T, out string) string {
	data, err := os.ReadFile(filepath.Join(out, contract.DefaultStdout))
	require.NoError(t, err)
	return string(data)
}

// errorsInLua raises errors, which are exceptions of the module, from calls up to a hundred deep, from coroutines and from handlers.
const errorsInLua = `local function deep(n)
  if n == 0 then error({code = 42}) end
  return deep(n - 1) + 1
end
local caught = 0
for i = 1, 1000 do
  local ok, e = pcall(deep, i % 100)
  if not ok and e.code == 42 then caught = caught + 1 end
end
local function index() local x = nil; return x.field end
print("caught", caught)
print(pcall(error, "plain"))
print(select(2, pcall(index)))
local co = coroutine.wrap(function() coroutine.yield(1); error("inside", 0) end)
print(co(), pcall(co))
print(xpcall(function() error("again", 0) end, function(m) return m .. " handled" end))
local primes = 0
for n = 2, 10000 do
  local ok = pcall(function()
    for d = 2, math.floor(math.sqrt(n)) do if n % d == 0 then error() end end
  end)
  if ok then primes = primes + 1 end
end
print("primes", primes)
`

// programs are the runs. Each uses another part of the contract: standard input, folders, statuses, relative paths. All but hello-c, which the
// manual shows, were written elsewhere.
var programs = []program{
	{
		name: "hello-c", args: []string{"/in/text.txt"},
		inputs: func(t *testing.T) []client.InputFile { return []client.InputFile{file(t, "text.txt", text())} },
		check: func(t *testing.T, out string, _ uint32) {
			sum := 0
			for _, b := range []byte(text()) {
				sum += int(b)
			}
			got, err := os.ReadFile(filepath.Join(out, "sum.txt"))
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintln(sum), string(got))
		},
	},
	{
		name: "bzip2", args: []string{"-9", "-c"}, stdin: text(),
		check: func(t *testing.T, out string, _ uint32) {
			packed, err := os.ReadFile(filepath.Join(out, contract.DefaultStdout))
			require.NoError(t, err)
			require.Less(t, len(packed), 200_000)
			unpacked, err := io.ReadAll(bzip2.NewReader(bytes.NewReader(packed)))
			require.NoError(t, err)
			require.Equal(t, text(), string(unpacked))
		},
	},
	{
		name: "picosat", args: []string{"/in/x.cnf"}, execution: contract.Execution{OkExit: []uint32{10, 20}},
		inputs: func(t *testing.T) []client.InputFile {
			return []client.InputFile{file(t, "x.cnf", cnf(200, clauses(200)))}
		},
		check: func(t *testing.T, out string, status uint32) {
			require.EqualValues(t, 10, status, "satisfiable")
			said := map[int]bool{}
			for _, word := range strings.Fields(printed(t, out)) {
				if n, err := strconv.Atoi(word); err == nil {
					said[n] = true
				}
			}
			for _, c := range clauses(200) {
				require.True(t, said[c[0]] || len(c) > 1 && said[c[1]], "the model breaks %v", c)
			}
		},
	},
	{
		name: "picosat", args: []string{"/in/x.cnf"}, execution: contract.Execution{OkExit: []uint32{10, 20}},
		inputs: func(t *testing.T) []client.InputFile { return []client.InputFile{file(t, "x.cnf", pigeonhole(5))} },
		check: func(t *testing.T, out string, status uint32) {
			require.EqualValues(t, 20, status, "six pigeons have no five holes of their own")
			require.Contains(t, printed(t, out), "UNSATISFIABLE")
		},
	},
	{
		name: "fasttree", args: []string{"-nt", "/in/alignment.fa"},
		inputs: func(t *testing.T) []client.InputFile {
			// There are two pairs. The texts of a pair differ in 4 places, and those of different pairs in 40.
			base := strings.Repeat("ACGTTGCAAC", 20)
			other := func(from, to int) string {
				b := []byte(base)
				for i := from; i < to; i++ {
					b[i] = map[byte]byte{'A': 'G', 'G': 'A', 'C': 'T', 'T': 'C'}[b[i]]
				}
				return string(b)
			}
			c := other(0, 40)
			d := []byte(c)
			for i := 100; i < 104; i++ {
				d[i] = map[byte]byte{'A': 'G', 'G': 'A', 'C': 'T', 'T': 'C'}[d[i]]
			}
			return []client.InputFile{file(t, "alignment.fa", ">a\n"+base+"\n>b\n"+other(196, 200)+"\n>c\n"+c+"\n>d\n"+string(d)+"\n")}
		},
		check: func(t *testing.T, out string, _ uint32) {
			newick := regexp.MustCompile(`[0-9.:\s;]`).ReplaceAllString(printed(t, out), "")
			require.True(t, strings.Contains(newick, "(c,d)") || strings.Contains(newick, "(a,b)") || strings.Contains(newick, "(d,c)") || strings.Contains(newick, "(b,a)"),
				"the pairs stand together: %s", newick)
			require.Len(t, regexp.MustCompile(`[abcd]`).FindAllString(newick, -1), 4)
		},
	},
	{
		name: "ministat", args: []string{"one.txt", "two.txt"}, execution: contract.Execution{Workdir: "in/numbers"},
		inputs: func(t *testing.T) []client.InputFile {
			folder := filepath.Join(t.TempDir(), "numbers")
			require.NoError(t, os.Mkdir(folder, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "one.txt"), []byte("10\n12\n11\n13\n14\n"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "two.txt"), []byte("30\n31\n29\n33\n32\n"), 0o600))
			return []client.InputFile{{Path: folder}}
		},
		check: func(t *testing.T, out string, _ uint32) {
			report := printed(t, out)
			// 10 to 14: mean 12, standard deviation sqrt(2.5); 29 to 33: mean 31, the same.
			require.Regexp(t, `x\s+5\s+10\s+14\s+12\s+12\s+`+fmt.Sprintf("%.4f", math.Sqrt(2.5)), report)
			require.Regexp(t, `\+\s+5\s+29\s+33\s+31\s+31\s+`+fmt.Sprintf("%.4f", math.Sqrt(2.5)), report)
			require.Contains(t, report, "Difference at 95.0% confidence\n\t19 +/-")
		},
	},
	{
		name: "svm-train", args: []string{"/in/heart_scale", "/out/model"},
		inputs: func(*testing.T) []client.InputFile {
			return []client.InputFile{{Path: filepath.Join(sources, "libsvm", "heart_scale")}}
		},
		check: func(t *testing.T, out string, _ uint32) {
			model, err := os.ReadFile(filepath.Join(out, "model"))
			require.NoError(t, err)
			require.Contains(t, string(model), "svm_type c_svc\nkernel_type rbf\n")
			require.Contains(t, string(model), "total_sv 132\n") // the number in the authors' guide
		},
	},
	{
		name: "svm-predict", args: []string{"/in/heart_scale", "/in/model", "/out/classes"},
		inputs: func(t *testing.T) []client.InputFile {
			return []client.InputFile{{Path: filepath.Join(sources, "libsvm", "heart_scale")}, file(t, "model", linearModel)}
		},
		execution: contract.Execution{Stdout: "accuracy.txt"},
		check: func(t *testing.T, out string, _ uint32) {
			got, err := os.ReadFile(filepath.Join(out, "classes"))
			require.NoError(t, err)
			data, err := os.ReadFile(filepath.Join(sources, "libsvm", "heart_scale"))
			require.NoError(t, err)
			require.Equal(t, predictLinear(t, string(data)), strings.Fields(string(got)))
		},
	},
	{
		name: "sqlite3", args: []string{"-batch", ":memory:"},
		stdin: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 10000)
SELECT count(*), sum(i), sum(i*i) FROM n WHERE i % 7 = 0;
CREATE TABLE t(a TEXT, b REAL); INSERT INTO t VALUES('x', 1.5), ('y', 2.5), ('x', 3);
SELECT a, avg(b) FROM t GROUP BY a ORDER BY a;
`,
		check: func(t *testing.T, out string, _ uint32) {
			n := int64(10000 / 7)
			require.Equal(t, fmt.Sprintf("%d|%d|%d\nx|2.25\ny|2.5\n", n, 7*n*(n+1)/2, 49*n*(n+1)*(2*n+1)/6), printed(t, out))
		},
	},
	{
		name: "lua", args: []string{"/in/errors.lua"},
		inputs: func(t *testing.T) []client.InputFile { return []client.InputFile{file(t, "errors.lua", errorsInLua)} },
		check: func(t *testing.T, out string, _ uint32) {
			require.Equal(t, "caught\t1000\nfalse\tplain\n/in/errors.lua:10: attempt to index a nil value (local 'x')\n"+
				"1\tfalse\tinside\nfalse\tagain handled\nprimes\t1229\n", printed(t, out))
		},
	},
	{
		name: "fairymax", stdin: "xboard\nprotover 2\nnew\nsd 4\nforce\nf2f3\ne7e5\ng2g4\ngo\nquit\n",
		inputs: func(*testing.T) []client.InputFile {
			return []client.InputFile{{Name: "data", Path: filepath.Join(sources, "fairymax", "data")}}
		},
		check: func(t *testing.T, out string, _ uint32) {
			require.Contains(t, printed(t, out), "move d8h4\n", "the fool's mate")
		},
	},
	{
		name: "esbuild", args: []string{"--bundle", "main.ts", "--minify-syntax", "--outfile=/out/bundle.js"}, execution: contract.Execution{Workdir: "in/pages"},
		inputs: func(t *testing.T) []client.InputFile {
			folder := filepath.Join(t.TempDir(), "pages")
			require.NoError(t, os.Mkdir(folder, 0o755))
			for name, text := range typescript {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
			}
			return []client.InputFile{{Path: folder}}
		},
		check: func(t *testing.T, out string, _ uint32) {
			bundle, err := os.ReadFile(filepath.Join(out, "bundle.js"))
			require.NoError(t, err)
			require.Equal(t, javascript, string(bundle))
		},
	},
	film, packTone, unpackTone,
}

// typescript are two files of which one imports the other.
var typescript = map[string]string{
	"main.ts":   "import { area } from './shapes'\nconst enum Unit { Metre = 1, Foot }\nconst sides: number[] = [3, 4]\nconsole.log(area(sides), Unit.Foot, 60 * 60)\n",
	"shapes.ts": "export function area(sides: number[]): number { return sides.reduce((a, b) => a * b, 1) }\nexport function unused(): string { return 'nobody calls this' }\n",
}

// javascript is what a bundler makes of typescript: without types, without the function that nobody calls, with constants computed.
const javascript = `(() => {
  // shapes.ts
  function area(sides2) {
    return sides2.reduce((a, b) => a * b, 1);
  }

  // main.ts
  var sides = [3, 4];
  console.log(area(sides), 2 /* Foot */, 3600);
})();
`

// linearModel is a support vector machine. Its decision is the sum of the first three attributes, less 0.5.
const linearModel = `svm_type c_svc
kernel_type linear
nr_class 2
total_sv 2
rho 0.5
label 1 -1
nr_sv 1 1
SV
0.5 1:1 2:1 3:1
-0.5 1:-1 2:-1 3:-1
`

// predictLinear decides as linearModel does. A missing attribute is 0.
func predictLinear(t *testing.T, data string) (classes []string) {
	t.Helper()
	for line := range strings.Lines(data) {
		sum := -0.5
		for _, field := range strings.Fields(line)[1:] {
			index, value, _ := strings.Cut(field, ":")
			if n, err := strconv.Atoi(index); err == nil && n <= 3 {
				x, err := strconv.ParseFloat(value, 64)
				require.NoError(t, err)
				sum += x
			}
		}
		class := "-1"
		if sum > 0 {
			class = "1"
		}
		classes = append(classes, class)
	}
	return classes
}
