package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/testutil/port"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var rewrite = flag.Bool("rewrite", false, "write golden files instead of comparing them")

// asWorker makes the test binary act as credence-worker, so that real processes can be started and killed.
const asWorker = "CREDENCE_TEST_AS_WORKER"

func TestMain(m *testing.M) {
	wasm.MaybeRunChild()
	if os.Getenv(asWorker) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command runs credence-worker in this process.
func command(args ...string) (string, error) {
	root, out := rootCommand(), &bytes.Buffer{}
	root.SetOut(out)
	root.SetErr(out)
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

func TestCommandLinesThatCanNotBeRead(t *testing.T) {
	for _, tc := range []struct{ line, expected string }{
		{"strt", `credence-worker has no command "strt"; did you mean start?`},
		{"key nwe", `credence-worker key has no command "nwe"`},
		{"key new", "expected credence-worker key new FILE"},
		{"start --nod x", "--nod: there is no such flag; did you mean --node?"},
		{"start --slots many", `--slots "many": expected a whole number`},
	} {
		_, err := command(strings.Fields(tc.line)...)
		require.ErrorContains(t, err, tc.expected)
		require.ErrorContains(t, err, "\n  Next: credence-worker")
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(err), tc.line)
	}
}

func TestDefaultConfigIsGolden(t *testing.T) {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	addFlags(f)
	require.NoError(t, f.Set("home", "HOME"))
	out, err := command("config", "--home", "HOME")
	require.NoError(t, err)
	const golden = "testdata/config.toml"
	if *rewrite {
		require.NoError(t, os.WriteFile(golden, []byte(out), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out)

	// The printed text is a config file with the same settings.
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte(out), 0o600))
	again, err := command("config", "--home", home)
	require.NoError(t, err)
	require.Equal(t, out, again)
}

func TestConfigPrecedence(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte("slots = 3\nnode = [\"a:1\", \"b:2\"]\nlisten = \"file:1\"\n"), 0o600))
	t.Setenv("CREDENCE_WORKER_LISTEN", "env:1")
	t.Setenv("CREDENCE_WORKER_ARTIFACTS", "http://x,http://y")
	t.Setenv("CREDENCE_WORKER_DRAIN", "3s")
	out, err := command("config", "--home", home, "--drain", "7s")
	require.NoError(t, err)
	for _, line := range []string{`slots = 3`, `node = ["a:1", "b:2"]`, `listen = "env:1"`, `artifacts = ["http://x", "http://y"]`, `drain = "7s"`} {
		require.Contains(t, out, line+"\n")
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, tc := range []struct{ name, file, flag, exp string }{
		{"role", "", "--role=jury", `role: got "jury", expected worker or court`},
		{"slots", "", "--slots=0", "slots: got 0, expected 1 to 1024"},
		{"no node", "", "--node=", "node: empty"},
		{"ttl", "", "--tx-ttl=1h", "tx-ttl: got 1h0m0s"},
		{"enclave", "", "--enclave=sgx", `enclave: got "sgx" in the role worker, expected software, tdx, sev-snp in the role worker`},
		{"a chip of nobody", "", "--enclave-product=Milan", "enclave-certificate and enclave-product"},
		{"court in an enclave", "role = \"court\"\n", "--enclave=software", `enclave: got "software" in the role court`},
		{"format", "", "--log-format=xml", `log-format: got "xml"`},
		{"level", "", "--log-level=loud", `log-level: got "loud"`},
		{"typo in the file", "solts = 3\n", "--slots=1", `unknown setting "solts"`},
		{"no TOML", "slots 3", "--slots=1", "config file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			home := t.TempDir()
			if tc.file != "" {
				require.NoError(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte(tc.file), 0o600))
			}
			_, err := command("config", "--home", home, tc.flag)
			require.ErrorContains(t, err, tc.exp)
		})
	}
}

func TestKeyCommands(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".credence-worker", "key") // the page's first line: the folder is made
	made, err := command("key", "new", file)
	require.NoError(t, err)
	shown, err := command("key", "show", file)
	require.NoError(t, err)
	require.Equal(t, made, shown)
	require.True(t, strings.HasPrefix(made, "cred1"))
	_, err = command("key", "new", file)
	require.Error(t, err, "an existing key is left alone")
	require.NoError(t, os.Chmod(file, 0o644))
	_, err = command("key", "show", file)
	require.ErrorContains(t, cli.Explain(err), "chmod 600")
}

// TestCanary runs doctor's canary: the whole pipeline except the chain. Its digest and its fuel are the same on every machine.
func TestCanary(t *testing.T) {
	engine, err := wasm.New(wasm.Config{})
	require.NoError(t, err)
	m, fuel, err := runCanary(context.Background(), engine)
	require.NoError(t, err)
	empty, err := result.Build(result.KindResult, "", 0, nil)
	require.NoError(t, err)
	require.Equal(t, empty.Digest(), m.Digest())
	require.EqualValues(t, 14098, fuel)

	_, _, err = runCanary(context.Background(), brokenRuntime{})
	require.ErrorContains(t, err, "run: broken")
}

type brokenRuntime struct{ runtime.Runtime }

func (brokenRuntime) Run(context.Context, runtime.Spec) (runtime.Outcome, error) {
	return runtime.Outcome{}, errors.New("broken")
}

func TestDoctorSaysWhatIsWrong(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "secret"), []byte("short"), 0o600))
	out, err := command("doctor", "--home", home, "--node", "127.0.0.1:1")
	require.ErrorIs(t, err, checkup.ErrUnhealthy)
	require.Contains(t, out, "ok    canary")
	for _, line := range []string{"FAIL  key", "FAIL  home", "FAIL  node", "FAIL  registered", "credence-worker key new"} {
		require.Contains(t, out, line)
	}
}

type still struct{ out runtime.Outcome }

func (still) Rules() contract.Runtime                        { return contract.Runtime{} }
func (still) Check(context.Context) error                    { return nil }
func (still) Prepare(context.Context, runtime.Program) error { return nil }
func (s still) Run(context.Context, runtime.Spec) (runtime.Outcome, error) {
	return s.out, nil
}

func TestSaboteur(t *testing.T) {
	honest := runtime.Outcome{Kind: runtime.Result, Fuel: 5, Files: []result.File{{Path: "a", Dir: true}, {Path: "a/empty"}, {Path: "b", Content: artifact.Bytes("truth")}}}
	digest := func(seed string, task byte, out runtime.Outcome) [32]byte {
		got, err := saboteur{still{out}, seed}.Run(context.Background(), runtime.Spec{Seed: [32]byte{task}})
		require.NoError(t, err)
		require.Equal(t, out.Fuel, got.Fuel, "only the output is altered")
		kind := result.KindResult
		if got.Kind == runtime.AppFailed {
			kind = result.KindAppFailed
		}
		m, err := result.Build(kind, string(got.Reason), got.ExitCode, got.Files)
		require.NoError(t, err)
		return m.Digest()
	}
	truth, err := result.Build(result.KindResult, "", 0, honest.Files)
	require.NoError(t, err)
	require.NotEqual(t, truth.Digest(), digest("s", 1, honest))
	require.Equal(t, digest("s", 1, honest), digest("s", 1, honest), "colluders agree")
	require.NotEqual(t, digest("s", 1, honest), digest("t", 1, honest), "other seeds tell other lies")
	require.Equal(t, "truth", string(honest.Files[2].Content.(artifact.Bytes)), "what the runtime gave is left alone")

	// If there is no byte to flip, the exit status is changed.
	require.NotEqual(t, truth.Digest(), digest("s", 1, runtime.Outcome{Kind: runtime.Result}))
	failed, err := result.Build(result.KindAppFailed, string(runtime.Exit), 3, nil)
	require.NoError(t, err)
	require.NotEqual(t, failed.Digest(), digest("s", 1, runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Exit, ExitCode: 3}))
}

func TestJournalShow(t *testing.T) {
	home := t.TempDir()
	_, err := command("journal", "show", "--home", home)
	require.ErrorContains(t, err, "has this worker been started")

	j, err := journal.Open(filepath.Join(home, "journal.db"))
	require.NoError(t, err)
	for task := range byte(2) {
		_, err = j.Update(journal.Key{Bench: poco.BenchCourt, Task: [32]byte{0xa0 + task}, Attempt: 1}, 7, func(r *journal.Record) error {
			r.State, r.Outcome = journal.Committed, &journal.Outcome{Kind: "RESULT", Digest: "sha256:aa", Fuel: 3}
			return nil
		})
		require.NoError(t, err)
	}
	// A running worker holds the lock. The journal can be read all the same, and both ways print the same.
	locked, err := command("journal", "show", "--home", home)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	free, err := command("journal", "show", "--home", home)
	require.NoError(t, err)
	require.Equal(t, locked, free)
	require.Equal(t, 3, strings.Count(free, "\n"))
	require.Contains(t, free, "committed  height 7  RESULT sha256:aa")

	one, err := command("journal", "show", "A1", "--output", "json", "--home", home)
	require.NoError(t, err)
	var r journal.Record
	require.NoError(t, json.Unmarshal([]byte(one), &r))
	require.Equal(t, journal.Committed, r.State)
	require.EqualValues(t, 0xa1, r.Key.Task[0])
}

func TestResendChooses(t *testing.T) {
	const who = "cred1me"
	record := journal.Record{State: journal.CommitSent, Outcome: &journal.Outcome{Kind: "ABSTAIN"}}
	seat := func(s taskstypes.SeatState) []taskstypes.Seat { return []taskstypes.Seat{{Who: who, State: s}} }
	for _, tc := range []struct {
		name   string
		task   taskstypes.Task
		state  journal.State
		reveal bool
		expErr string
	}{
		{"commit", taskstypes.Task{Phase: taskstypes.PHASE_FIRST, Seats: seat(taskstypes.SEAT_STATE_DRAWN)}, journal.CommitSent, false, ""},
		{"nothing fixed", taskstypes.Task{Phase: taskstypes.PHASE_FIRST, Seats: seat(taskstypes.SEAT_STATE_DRAWN)}, journal.Done, false, "fixed no outcome"},
		{"declined", taskstypes.Task{Phase: taskstypes.PHASE_FIRST, Seats: seat(taskstypes.SEAT_STATE_DRAWN)}, journal.DeclineIntended, false, "fixed no outcome"},
		{"reveal", taskstypes.Task{Phase: taskstypes.PHASE_REVEAL, Seats: seat(taskstypes.SEAT_STATE_COMMITTED)}, journal.Committed, true, ""},
		{"too early", taskstypes.Task{Phase: taskstypes.PHASE_SECOND, Seats: seat(taskstypes.SEAT_STATE_COMMITTED)}, journal.Committed, false, "not taken"},
		{"late", taskstypes.Task{
			Phase: taskstypes.PHASE_COURT_COMMIT, Seats: []taskstypes.Seat{{Who: who, State: taskstypes.SEAT_STATE_COMMITTED, Missed: 9}},
		}, journal.Committed, true, ""},
		{"the court waits for nobody", taskstypes.Task{Phase: taskstypes.PHASE_COURT_REVEAL, Seats: seat(taskstypes.SEAT_STATE_COMMITTED)}, journal.Committed, false, "not taken"},
		{"done", taskstypes.Task{Phase: taskstypes.PHASE_REVEAL, Seats: seat(taskstypes.SEAT_STATE_REVEALED)}, journal.Revealed, false, "already"},
		{"silent", taskstypes.Task{Phase: taskstypes.PHASE_REVEAL, Seats: seat(taskstypes.SEAT_STATE_SILENT)}, journal.Done, false, "given back"},
		{"no seat", taskstypes.Task{Phase: taskstypes.PHASE_REVEAL}, journal.Done, false, "holds no seat"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := record
			r.State = tc.state
			reveal, err := checkWanted(tc.task, taskstypes.BENCH_WORKERS, r, who)
			if tc.expErr != "" {
				require.ErrorContains(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.reveal, reveal)
		})
	}
	task := taskstypes.Task{Phase: taskstypes.PHASE_REVEAL, Seats: []taskstypes.Seat{{Who: who, State: taskstypes.SEAT_STATE_COMMITTED, Commitment: make([]byte, 32)}}}
	require.ErrorContains(t, checkOpening(record, task, taskstypes.BENCH_WORKERS, make([]byte, 32), "c", who), "does not open")
	_, err := findCurrent([]journal.Record{{Key: journal.Key{Attempt: 1}}}, taskstypes.Task{Attempt: 2}, config{Role: roleWorker})
	require.ErrorContains(t, err, "nothing of attempt 2")
}

// TestStartsBeforeItsNode starts the real program without a node. It serves, says once that it waits for the node, refuses a second
// process in its home, and stops when asked.
func TestStartsBeforeItsNode(t *testing.T) {
	home := t.TempDir()
	_, err := command("key", "new", filepath.Join(home, "key"))
	require.NoError(t, err)
	addr := port.FreeAddress(t)

	cmd := exec.Command(os.Args[0], "start", "--home", home, "--node", "127.0.0.1:1", "--listen", addr)
	cmd.Env = append(os.Environ(), asWorker+"=1")
	var log bytes.Buffer
	cmd.Stderr = &log
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer cmd.Process.Kill()

	get := func(path string) (int, string) {
		res, err := http.Get("http://" + addr + path)
		if err != nil {
			return 0, ""
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}
	require.Eventually(t, func() bool { _, body := get("/readyz"); return body == "waiting for a node\n" }, 2*time.Minute, 20*time.Millisecond)
	status, _ := get("/healthz")
	require.Equal(t, 200, status)
	status, _ = get("/readyz")
	require.Equal(t, 503, status)
	status, _ = get("/v2/credence/blobs/sha256:" + strings.Repeat("00", 32))
	require.Equal(t, 404, status)
	_, body := get("/metrics")
	require.Contains(t, body, "credence_worker_ready 0")

	_, err = command("start", "--home", home, "--node", "127.0.0.1:1", "--listen", "127.0.0.1:0")
	require.ErrorIs(t, err, journal.ErrLocked)

	time.Sleep(1200 * time.Millisecond) // time for two more attempts
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-ended:
		require.NoError(t, err, log.String())
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
	require.Equal(t, 1, strings.Count(log.String(), "waiting for a node"), log.String())
	info, err := os.Stat(filepath.Join(home, "secret"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// A worker with an encrypted key reads the passphrase from a descriptor that its supervisor opened, or from systemd's credential.
// Without either it says that the passphrase is missing.
func TestStartOpensItsKey(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	home := t.TempDir()
	file, pass := filepath.Join(home, "key"), filepath.Join(home, keyfile.Credential)
	address, err := command("key", "new", file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(pass, []byte("a long passphrase\n"), 0o600))
	_, err = command("key", "encrypt", file, "--key-passphrase-file", pass)
	require.NoError(t, err)
	shown, err := command("key", "show", file, "--key-passphrase-file", pass)
	require.NoError(t, err)
	require.Equal(t, address, shown)

	_, err = command("start", "--home", home)
	require.ErrorContains(t, err, "no passphrase was given")
	require.NotContains(t, err.Error(), "key new", "there is a key")
	require.NoError(t, os.WriteFile(filepath.Join(home, "wrong"), []byte("another passphrase"), 0o600))
	_, err = command("start", "--home", home, "--key-passphrase-file", filepath.Join(home, "wrong"))
	require.ErrorContains(t, err, file+": the key file is encrypted: the passphrase does not open it")

	works := func(prepare func(*exec.Cmd)) {
		t.Helper()
		var log lockedBuffer
		cmd := exec.Command(os.Args[0], "start", "--home", home, "--node", "127.0.0.1:1", "--listen", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), asWorker+"=1")
		cmd.Stderr = &log
		prepare(cmd)
		require.NoError(t, cmd.Start())
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
		require.Eventually(t, func() bool {
			return strings.Contains(log.String(), "waiting for a node") && strings.Contains(log.String(), strings.TrimSpace(address))
		}, 2*time.Minute, 20*time.Millisecond)
	}
	works(func(cmd *exec.Cmd) {
		f, err := os.Open(pass)
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		cmd.Args, cmd.ExtraFiles = append(cmd.Args, "--key-passphrase-file", "/dev/fd/3"), []*os.File{f}
	})
	works(func(cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "CREDENTIALS_DIRECTORY="+home) })
}

// lockedBuffer holds the output of a process, and can be read while the process runs.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestStartNeedsAKey(t *testing.T) {
	_, err := command("start", "--home", t.TempDir())
	require.ErrorContains(t, err, "credence-worker key new")
	_, err = client.LoadKey(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}

// A worker whose pools need a runtime that does not work here reports it at once. Otherwise it would give every task back.
func TestMissingRuntime(t *testing.T) {
	require.Empty(t, missingRuntime("", nil), "it is in no pool")
	require.Empty(t, missingRuntime("wasm", []string{"oci", "wasm"}))
	require.Contains(t, missingRuntime("oci", []string{"wasm"}), "runtime oci, which does not work here: set oci-engine")
	require.Contains(t, missingRuntime("wasm", []string{"oci"}), "the log says why")
}

// The log of an app may reveal its answer. So it is served only after the answer was revealed. The log of the last revealed attempt is
// served.
func TestPublicLogs(t *testing.T) {
	home := t.TempDir()
	j, err := journal.Open(filepath.Join(home, "journal.db"))
	require.NoError(t, err)
	defer j.Close()
	task := [32]byte{0xa0}
	id := markettypes.FormatID(task)
	move := func(attempt uint32, state journal.State) {
		_, err := j.Update(journal.Key{Bench: poco.BenchWorkers, Task: task, Attempt: attempt}, 7, func(r *journal.Record) error {
			r.State, r.Outcome = state, &journal.Outcome{Kind: "RESULT", Digest: "sha256:aa"}
			return nil
		})
		require.NoError(t, err)
	}
	for attempt, text := range map[uint32]string{9: "first", 10: "second"} {
		require.NoError(t, os.WriteFile(agent.PublicLog(home, id, attempt), []byte(text), 0o600))
		move(attempt, journal.Committed)
	}
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		newHandler(artifact.NewMemory(), publicLogs{home, j}, &ownProgress{}, http.NotFoundHandler(), &readiness{}, prometheus.NewRegistry()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	status, text := get(result.LogPath + id)
	require.Equal(t, http.StatusNotFound, status, "committed, and not revealed")
	require.Contains(t, text, "has not revealed its answer yet")
	_, text = get(result.LogPath + strings.Repeat("b", 64))
	require.Contains(t, text, "has no log of this task")
	move(9, journal.Revealed)
	_, text = get(result.LogPath + id)
	require.Equal(t, "first", text)
	move(10, journal.Revealed)
	_, text = get(result.LogPath + id)
	require.Equal(t, "second", text, "10 is later than 9")
	for _, path := range []string{"x", "..%2Fjournal.db", id + "-1", strings.Repeat("b", 64)} {
		status, _ = get(result.LogPath + path)
		require.Equal(t, http.StatusNotFound, status, path)
	}
	status, text = get(result.ProgressPath)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "[]\n", text, "without a node there is no work")
	status, _ = get(result.ProgressPath + id)
	require.Equal(t, http.StatusNotFound, status)
}
