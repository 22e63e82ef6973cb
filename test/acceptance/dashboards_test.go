package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/port"
	"github.com/credence-chain/credence/testutil/tool"
)

const deployed = "../../docker/"

// prometheusAnswer has the parts of an answer of Prometheus' API that are read here.
type prometheusAnswer struct {
	Status, Error string
	Data          struct {
		Result []json.RawMessage
		Groups []struct {
			Rules []struct {
				Name, Health, LastError, State string
			}
		}
	}
}

// needsMore are the metrics that have no value in the network of the test: nothing fails there, no feed exists, answers are not audited,
// and the store collects nothing.
var needsMore = []string{
	"credence_chain_isolated_failures_total", "credence_chain_reading_failures_total", "credence_chain_audits", "credence_chain_feed_age_seconds",
	"credence_chain_feed_updates_total", "credence_worker_troubles_total", "credence_store_collections_total", "credence_store_deleted_blobs_total",
	"credence_store_deleted_bytes_total",
}

// TestDashboards: a Prometheus scrapes a live network. It accepts every query of the dashboards and finds a value for it, and it evaluates
// every alarm.
func TestDashboards(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	program := tool.Find(t, "prometheus")
	n := start(t, 6*time.Minute, devnet.Options{Validators: 2, Workers: 4})
	full := n.startFullNode("full", func(config string) string { return config })
	store := t.TempDir()
	secret, err := exec.Command(filepath.Join(binaries, "credenced"), "store", "account", "set", "amber", "--quota", "1GiB", "--home", store).Output()
	require.NoError(t, err)
	metrics, address := port.FreeAddress(t), port.FreeAddress(t)
	n.run("store-2", "credenced", "store", "serve", "--home", store, "--listen", address, "--metrics-listen", metrics)

	api := n.runPrometheus(program, map[string][]string{"node": {fmt.Sprintf("127.0.0.1:%d", full.Ports.Prometheus)}, "worker": n.endpoints(), "store": {metrics}})
	n.useStore("http://"+address+"/amber", "amber:"+strings.TrimSpace(string(secret)))
	app := n.publish("echo", echo(), appPrice)
	n.ended(n.submit(job(app, lyingTrust, 2)).Id)
	n.until("everything is scraped", func() bool {
		return len(ask(t, api, "query", "up == 1").Data.Result) == 2+len(n.Info.Workers)
	})
	reached := n.height()
	n.until("the full node follows", func() bool { return heightOf(full) > reached })

	var empty []string
	n.until("the queries find something", func() bool { // rates need some samples
		empty = nil
		for _, q := range dashboardQueries(t) {
			got := ask(t, api, "query", q.expr)
			require.Equal(t, "success", got.Status, "%s: %s: %s", q.panel, q.expr, got.Error)
			if len(got.Data.Result) == 0 && !slices.ContainsFunc(needsMore, func(name string) bool { return strings.Contains(q.expr, name) }) {
				empty = append(empty, q.panel+": "+q.expr)
			}
		}
		t.Logf("%d queries, %d without data: %q", len(dashboardQueries(t)), len(empty), empty)
		return len(empty) == 0
	})
	rules := ask(t, api, "rules", "").Data.Groups
	require.NotEmpty(t, rules)
	for _, r := range rules[0].Rules {
		require.Equal(t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
		require.NotEqual(t, "firing", r.State, r.Name)
	}
}

// useStore writes to a store, reads from it, and is refused once.
func (n *network) useStore(url, token string) {
	n.t.Helper()
	data := []byte("something")
	n.until("the store serves", func() bool {
		_, err := (&artifact.Client{BaseURLs: []string{url}, Token: token}).Upload(n.ctx, data)
		return err == nil
	})
	got, err := (&artifact.Client{BaseURLs: []string{url}}).Bytes(n.ctx, artifact.Sum(data), 1<<10)
	require.NoError(n.t, err)
	require.Equal(n.t, data, got)
	_, err = (&artifact.Client{BaseURLs: []string{url}, Token: "amber:wrong"}).Upload(n.ctx, []byte("something else"))
	require.Error(n.t, err)
}

// endpoints returns the addresses at which the workers serve their metrics.
func (n *network) endpoints() (out []string) {
	for _, w := range n.Info.Workers {
		out = append(out, strings.TrimPrefix(w.Endpoint, "http://"))
	}
	return out
}

// runPrometheus starts a Prometheus that scrapes the targets of each job and evaluates the alarms. It returns the URL of its API.
func (n *network) runPrometheus(program string, jobs map[string][]string) string {
	n.t.Helper()
	alarms, err := filepath.Abs(deployed + "prometheus/alerts.yml")
	require.NoError(n.t, err)
	var config strings.Builder
	fmt.Fprintf(&config, "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n", alarms)
	for name, targets := range jobs {
		list, err := json.Marshal(targets)
		require.NoError(n.t, err)
		fmt.Fprintf(&config, "  - {job_name: %s, static_configs: [{targets: %s}]}\n", name, list)
	}
	folder := n.t.TempDir()
	path, address := filepath.Join(folder, "prometheus.yml"), port.FreeAddress(n.t)
	require.NoError(n.t, os.WriteFile(path, []byte(config.String()), 0o600))
	n.run("prometheus", program, "--config.file="+path, "--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address="+address)
	n.until("prometheus is ready", func() bool {
		res, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return "http://" + address + "/api/v1/"
}

// ask calls the API of a Prometheus.
func ask(t *testing.T, api, what, query string) (out prometheusAnswer) {
	t.Helper()
	res, err := http.Get(api + what + "?" + url.Values{"query": {query}}.Encode())
	require.NoError(t, err)
	defer res.Body.Close()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&out))
	return out
}

type panelQuery struct{ panel, expr string }

// dashboardQueries returns all queries of all dashboards.
func dashboardQueries(t *testing.T) (out []panelQuery) {
	t.Helper()
	paths, err := filepath.Glob(deployed + "grafana/dashboards/*.json")
	require.NoError(t, err)
	slices.Sort(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var board struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		require.NoError(t, json.Unmarshal(text, &board))
		for _, p := range board.Panels {
			for _, q := range p.Targets {
				out = append(out, panelQuery{p.Title, q.Expr})
			}
		}
	}
	require.Greater(t, len(out), 20)
	return out
}
