// Package clients tests that the clients in other languages can be packed, and installed from what was packed.
package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/tool"
)

// run runs a program in a folder, which has to succeed, and returns what it wrote.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=", "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_NO_INPUT=1", "npm_config_update_notifier=false")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return string(out)
}

// TestWheel: the Python client is installed from its wheel, types included, and its own tests pass with what was installed.
func TestWheel(t *testing.T) {
	python := tool.FindPython(t, "ensurepip", "setuptools", "venv", "wheel", "cryptography")
	dir := t.TempDir()
	source := filepath.Join(dir, "source") // setuptools writes beside what it packs
	require.NoError(t, os.CopyFS(source, os.DirFS("python")))
	require.NoError(t, os.CopyFS(filepath.Join(dir, "vectors"), os.DirFS("vectors"))) // where its tests find them
	run(t, dir, python, "-m", "venv", "--system-site-packages", "env")
	inEnv := filepath.Join(dir, "env", "bin", "python")
	run(t, dir, inEnv, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "wheels", source)
	wheels, err := filepath.Glob(filepath.Join(dir, "wheels", "credence_client-*-py3-none-any.whl"))
	require.NoError(t, err)
	require.Len(t, wheels, 1)
	run(t, dir, inEnv, "-m", "pip", "install", "--no-deps", "--no-index", wheels[0])
	where := run(t, dir, inEnv, "-c", `import credence, credence.receipt, importlib.resources as r; assert r.files("credence").joinpath("py.typed").is_file(); print(credence.AsyncClient.__module__, credence.__file__)`)
	require.Contains(t, where, filepath.Join(dir, "env"), "what was installed, and not the source")
	require.Contains(t, where, "credence.aio")
	require.Contains(t, run(t, dir, inEnv, "-m", "unittest", "discover", filepath.Join(source, "tests")), "OK")
}

// TestNpmPack: the TypeScript client is packed without its tests, and a project that has it beside its dependencies compiles against
// its types and runs.
func TestNpmPack(t *testing.T) {
	for _, program := range []string{"node", "npm", "tar"} {
		tool.Find(t, program)
	}
	tool.FindPackages(t, "typescript")
	modules, err := filepath.Abs("typescript/node_modules")
	require.NoError(t, err)
	dir := t.TempDir()
	run(t, "typescript", "npm", "pack", "--pack-destination", dir)
	packed, err := filepath.Glob(filepath.Join(dir, "credence-chain-client-*.tgz"))
	require.NoError(t, err)
	require.Len(t, packed, 1)
	list := run(t, dir, "tar", "-tzf", packed[0])
	for _, file := range []string{"package/package.json", "package/README.md", "package/dist/src/index.js", "package/dist/src/index.d.ts", "package/dist/receipt.mjs", "package/dist/receipt.d.mts"} {
		require.Contains(t, strings.Split(list, "\n"), file)
	}
	require.NotContains(t, list, "test")
	require.NotContains(t, list, "examples")

	own := filepath.Join(dir, "node_modules", "@credence-chain", "client")
	require.NoError(t, os.MkdirAll(own, 0o755))
	run(t, dir, "tar", "-xzf", packed[0], "--strip-components=1", "-C", own)
	others, err := os.ReadDir(modules)
	require.NoError(t, err)
	for _, entry := range others {
		require.NoError(t, os.Symlink(filepath.Join(modules, entry.Name()), filepath.Join(dir, "node_modules", entry.Name())))
	}
	const program = `import {Client, NodeError, type ErrorInfo} from "@credence-chain/client";
import {isFeed, parseTrust, Refusal, verify, verifyFeed, type FeedStatement, type Reason} from "@credence-chain/client/receipt";
const info: ErrorInfo = {reason: "TRUST", domain: "market"};
const reason: Reason = await verify("{}", "5E".repeat(32)).then((s) => { throw new Error(s.answer.digest); }, (e: unknown) => e instanceof Refusal ? e.reason : "chain");
const feed: Promise<FeedStatement> | null = isFeed("{}") ? verifyFeed("{}", parseTrust("5E".repeat(32)), {chain: "x"}) : null;
console.log(typeof Client.connect, new NodeError("no", 400, info).reason, reason, feed);
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "use.mts"), []byte(program), 0o600))
	run(t, dir, "node", filepath.Join(modules, "typescript", "bin", "tsc"), "--strict", "--skipLibCheck", "--target", "ES2022", "--module", "NodeNext", "--types", "node", "use.mts")
	require.Equal(t, "function TRUST format null\n", run(t, dir, "node", "use.mjs"))
}
