package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/metrics"
)

// TestDoctorLooksAtControlGroups: the line says whether executions have control groups, by the word of the worker that runs, and otherwise how
// to get them. None at all is no failure, and a folder that is no group is one.
func TestDoctorLooksAtControlGroups(t *testing.T) {
	serve := func(value float64) string {
		registry := prometheus.NewRegistry()
		metrics.New(registry).ControlGroups.Set(value)
		web := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
		t.Cleanup(web.Close)
		return strings.TrimPrefix(web.URL, "http://")
	}
	older := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(older.Close)
	const nobody = "127.0.0.1:1"
	for name, tc := range map[string]struct{ listen, setting, want, wrong string }{
		"the worker has them":      {serve(1), cgroupOff, "the running worker has one for each execution", ""},
		"the worker has none":      {serve(0), cgroupOff, "its log says why; for one, start the worker with Delegate=yes", ""},
		"no worker, and off":       {nobody, cgroupOff, "executions have none (none was asked for); for one, start the worker with Delegate=yes", ""},
		"an older worker":          {strings.TrimPrefix(older.URL, "http://"), cgroupOff, "none was asked for", ""},
		"a folder that is none":    {nobody, t.TempDir(), "", "control group /"},
		"a folder that is not":     {nobody, filepath.Join(t.TempDir(), "gone"), "", "no such file"},
		"whatever is at the start": {nobody, runtime.ControlGroupAuto, "execution", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := &checkedWorker{config: config{Listen: tc.listen, Cgroup: tc.setting, Sandbox: sandboxRequired}}
			got, err := p.checkControlGroup(t.Context())
			if tc.wrong != "" {
				require.ErrorContains(t, err, tc.wrong)
				return
			}
			require.NoError(t, err)
			require.Contains(t, got, tc.want)
		})
	}
}

// TestControlGroupSetting: a relative folder is refused by the name of the setting.
func TestControlGroupSetting(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, "config.toml"), []byte(`cgroup = "credence"`), 0o600))
	_, err := command("config", "--home", home)
	require.ErrorContains(t, err, fmt.Sprintf("cgroup: got %q, expected auto, off, or the folder", "credence"))
}
