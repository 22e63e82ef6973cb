package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// This file has the checks of "doctor" that need nothing but this machine: key, disk, sandbox, containers.

func (p *checkedWorker) checkKey(context.Context) (string, error) {
	key, err := client.UnlockKey(p.KeyFile, p.Passphrase)
	if err != nil {
		return "", noKey(err, p.KeyFile)
	}
	p.key = key
	if is, err := keyfile.IsEncrypted(p.KeyFile); err != nil || is {
		return key.Address() + ", encrypted", err
	}
	return key.Address() + ", plain", nil
}

func (p *checkedWorker) checkHome(context.Context) (string, error) {
	if _, err := os.Stat(p.Home); err != nil {
		return p.Home + " will be made at the first start", nil
	}
	probe, err := os.CreateTemp(p.Home, ".doctor-")
	if err != nil {
		return "", err
	}
	probe.Close()
	os.Remove(probe.Name())
	if _, err := os.Stat(p.pathOf("secret")); err == nil {
		if _, err := agent.LoadSecret(p.pathOf("secret")); err != nil {
			return "", err
		}
	}
	return p.Home, nil
}

func (p *checkedWorker) checkDisk(context.Context) (string, error) {
	folder := p.Home
	if _, err := os.Stat(folder); err != nil {
		folder = os.TempDir()
	}
	return checkup.Disk(folder, leastDisk)
}

// openWasm sets up the runtime as a worker that starts here would. It logs only what is wrong.
func (p *checkedWorker) openWasm() (*wasm.Runtime, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return wasm.New(wasm.Config{SandboxOptional: p.Sandbox == sandboxBestEffort, ControlGroup: p.controlGroup(), Logger: logger})
}

func (p *checkedWorker) checkCanary(ctx context.Context) (string, error) {
	engine, err := p.openWasm()
	if err != nil {
		return "", err
	}
	start := time.Now()
	m, fuel, err := runCanary(ctx, engine)
	if err != nil {
		return "", err
	}
	if m.Kind != result.KindResult || len(m.Entries) != 0 {
		return "", fmt.Errorf("answered %s %s, expected an empty RESULT", m.Kind, m.Reason)
	}
	return fmt.Sprintf("fetched, executed (%d fuel), stored and served in %s", fuel, time.Since(start).Round(time.Millisecond)), nil
}

// howToGroup says what to do for control groups.
const howToGroup = "for one, start the worker with Delegate=yes of systemd, or with --cgroup FOLDER (docs/worker.md, Control groups)"

// checkControlGroup says whether an execution has a control group of its own. Without one, its limits are those that its process sets itself.
// A worker that runs is asked, because its group is another than that of this command.
func (p *checkedWorker) checkControlGroup(ctx context.Context) (string, error) {
	switch has, running := askControlGroups(ctx, p.Listen); {
	case running && has:
		return "the running worker has one for each execution", nil
	case running:
		return "the running worker has none for its executions, and its log says why; " + howToGroup, nil
	}
	engine, err := p.openWasm()
	if err != nil {
		return "", err
	}
	below, err := engine.ControlGroups()
	if err != nil {
		return fmt.Sprintf("executions have none (%s); %s", cli.InALine(err), howToGroup), nil
	}
	return "each execution has one below " + below, nil
}

// askControlGroups asks the worker that listens at an address whether its executions have control groups. running is false if there is
// none, or an older one.
func askControlGroups(ctx context.Context, listen string) (has, running bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listen+"/metrics", nil)
	if err != nil {
		return false, false
	}
	res, err := (&http.Client{Timeout: 3 * time.Second}).Do(req)
	if err != nil {
		return false, false
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(io.LimitReader(res.Body, 1<<20))
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "credence_worker_control_groups "); found {
			return value == "1", true
		}
	}
	return false, false
}

// checkContainers runs a tiny container with all the limits that a task would have.
func (p *checkedWorker) checkContainers(ctx context.Context) (string, error) {
	if p.OCI.Engine == "" {
		return "none are run here; --oci-engine says what runs them", nil
	}
	start := time.Now()
	if _, err := registry.OpenOne(ctx, contract.RuntimeOCI, runtime.Config{CacheDir: p.Cache, OCI: p.OCI}); err != nil {
		return "", err
	}
	with := ""
	if len(p.OCI.GPUs) > 0 {
		with = " with " + strings.Join(p.OCI.GPUs, ", ")
	}
	return fmt.Sprintf("%s ran a container%s in %s", p.OCI.Engine, with, time.Since(start).Round(time.Millisecond)), nil
}
