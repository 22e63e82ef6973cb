package registry

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

func TestMain(m *testing.M) {
	RunChild()
	os.Exit(m.Run())
}

// TestEveryRuntimeHasRules: the chain takes exactly the runtimes that workers have.
func TestEveryRuntimeHasRules(t *testing.T) {
	var names []string
	for _, d := range drivers {
		names = append(names, d.Name)
		r, err := d.Open(runtime.Config{CacheDir: t.TempDir(), SandboxOptional: true, OCI: runtime.OCI{Engine: "runc"}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := contract.FindRuntime(d.Name)
		if err != nil || r.Rules() != want {
			t.Errorf("%s: keeps the rules %+v, the contract says %+v, %v", d.Name, r.Rules(), want, err)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(contract.RuntimeNames()))) {
		t.Errorf("the registry has %q, the contract %q", names, contract.RuntimeNames())
	}
}

// sound is a runtime that works everywhere.
type sound struct{ runtime.Runtime }

func (sound) Check(context.Context) error { return nil }

func TestOpen(t *testing.T) {
	works := runtime.Driver{Name: "works", Open: func(runtime.Config) (runtime.Runtime, error) { return sound{}, nil }}
	broken := runtime.Driver{Name: "broken", Open: func(runtime.Config) (runtime.Runtime, error) { return nil, errors.New("no engine") }}
	got, err := openDrivers(context.Background(), []runtime.Driver{broken, works}, runtime.Config{})
	if err != nil || len(got) != 1 || got["works"] == nil {
		t.Errorf("got %v, %v, want the one that works", got, err)
	}
	var log strings.Builder
	off := runtime.Driver{Name: "off", Open: func(runtime.Config) (runtime.Runtime, error) { return nil, runtime.ErrOff }}
	got, err = openDrivers(context.Background(), []runtime.Driver{off, works}, runtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil || len(got) != 1 || log.Len() > 0 {
		t.Errorf("got %v, %v, log %q, want the one that is on, and not a word of the other", got, err, log.String())
	}
	if _, err := openDrivers(context.Background(), []runtime.Driver{broken}, runtime.Config{}); err == nil || !strings.Contains(err.Error(), "broken: no engine") {
		t.Errorf("got %v, want why none works", err)
	}
}
