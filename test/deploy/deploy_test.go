// Package deploy checks what docker/ deploys, without Docker and without a cluster.
package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/p2p"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/credence-chain/credence/testutil/tool"
)

const root = "../../docker/"

// served returns the names of all metrics that the programs export: those of the references, which tests beside the code keep true, and
// those of the consensus engine that are used here.
func served(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{"up": true}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) ")
	for _, page := range []string{"node", "worker", "store"} {
		text, err := os.ReadFile("../../docs/" + page + "-metrics.md")
		require.NoError(t, err)
		found := row.FindAllStringSubmatch(string(text), -1)
		require.Greater(t, len(found), 5)
		for _, m := range found {
			out[m[1]] = true
			if m[2] == "histogram" {
				out[m[1]+"_bucket"], out[m[1]+"_sum"], out[m[1]+"_count"] = true, true, true
			}
		}
	}
	engine, peers, pool := consensus.PrometheusMetrics("cometbft"), p2p.PrometheusMetrics("cometbft"), mempool.PrometheusMetrics("cometbft")
	engine.Height.Set(1)
	engine.BlockIntervalSeconds.Observe(1)
	peers.Peers.Set(1)
	pool.Size.Set(1)
	families, err := prometheus.DefaultGatherer.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if name := f.GetName(); strings.HasPrefix(name, "cometbft_") {
			out[name] = true
			if f.GetMetric()[0].GetHistogram() != nil {
				out[name+"_sum"], out[name+"_count"], out[name+"_bucket"] = true, true, true
			}
		}
	}
	return out
}

// metricsOf returns the names of metrics in a query: words outside of labels that are neither functions nor keywords.
func metricsOf(query string) (out []string) {
	query = regexp.MustCompile(`\{[^}]*\}|\[[^]]*\]|"[^"]*"|(by|without|on|ignoring)\s*\([^)]*\)`).ReplaceAllString(query, " ")
	for _, m := range regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`).FindAllString(query, -1) {
		if word := strings.TrimSpace(m); !strings.HasSuffix(word, "(") && !slices.Contains([]string{"and", "or", "unless", "sum", "max", "min", "by"}, word) {
			out = append(out, word)
		}
	}
	return out
}

func TestMetricsOf(t *testing.T) {
	require.Equal(t, []string{"a_total", "b", "c"}, metricsOf(`sum by (x, y) (rate(a_total{z="q(r)"}[5m])) / b > 0.9 * c and 3`))
}

type rule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(root + "prometheus/alerts.yml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name  string
			Rules []rule
		}
	}
	require.NoError(t, yaml.UnmarshalStrict(text, &file, yaml.DisallowUnknownFields))
	return file.Groups[0].Rules
}

// Every query of the alarms and of the dashboards uses only served metrics.
func TestQueriesNameServedMetrics(t *testing.T) {
	known := served(t)
	used := map[string]bool{}
	check := func(where, query string) {
		t.Helper()
		names := metricsOf(query)
		require.NotEmpty(t, names, "%s: %s", where, query)
		for _, name := range names {
			require.True(t, known[name], "%s asks for %s, which nothing serves: %s", where, name, query)
			used[name] = true
		}
	}
	list := rules(t)
	require.GreaterOrEqual(t, len(list), 10)
	seen := map[string]bool{}
	for _, r := range list {
		check(r.Alert, r.Expr)
		require.False(t, seen[r.Alert])
		seen[r.Alert] = true
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["action"], "%s does not say what to do", r.Alert)
		require.Contains(t, []string{"warning", "critical"}, r.Labels["severity"])
	}
	boards, err := filepath.Glob(root + "grafana/dashboards/*.json")
	require.NoError(t, err)
	require.Len(t, boards, 2)
	for _, path := range boards {
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
			require.NotEmpty(t, p.Targets, p.Title)
			for _, q := range p.Targets {
				check(path+": "+p.Title, q.Expr)
			}
		}
	}
	// Every metric of the protocol is used in some query.
	for name := range known {
		if strings.HasPrefix(name, "credence_chain_") {
			if name == "credence_chain_court_votes_total" {
				continue // this one helps in a search for causes
			}
			require.True(t, used[name], "no dashboard and no alarm has %s", name)
		}
	}
}

// promtool returns the path of Prometheus' own checker.
func promtool(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("PROMTOOL"); path != "" {
		return path
	}
	return tool.Find(t, "promtool")
}

// Every alarm fires in its case, and not before. Prometheus' own evaluator plays alerts_test.yml.
func TestAlarmsFire(t *testing.T) {
	tool := promtool(t)
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.Command(tool, args...)
		cmd.Dir = root + "prometheus"
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	text, err := os.ReadFile(root + "prometheus/alerts_test.yml")
	require.NoError(t, err)
	for _, r := range rules(t) {
		require.Contains(t, string(text), "alertname: "+r.Alert+"\n", "no test fires %s", r.Alert)
	}
}

// compose.yaml runs the network that localnet.sh lays out. Every folder that it mounts is one of those, and no address is used twice.
func TestCompose(t *testing.T) {
	text, err := os.ReadFile(root + "compose.yaml")
	require.NoError(t, err)
	var file struct {
		Services map[string]struct {
			Image    string
			Volumes  []string
			ReadOnly bool     `json:"read_only"`
			CapDrop  []string `json:"cap_drop"`
			Networks map[string]struct {
				Address string `json:"ipv4_address"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.Len(t, file.Services, 18)
	var top map[string]any
	require.NoError(t, yaml.Unmarshal(text, &top))
	for key := range top { // docker-compose 1.29 refuses newer keys, such as name
		require.True(t, strings.HasPrefix(key, "x-") || slices.Contains([]string{"services", "volumes", "networks"}, key), key)
	}
	script, err := os.ReadFile(root + "localnet.sh")
	require.NoError(t, err)
	addresses := map[string]string{}
	for name, s := range file.Services {
		address := s.Networks["consortium"].Address
		require.NotEmpty(t, address, name)
		require.Empty(t, addresses[address], "%s and %s have one address", name, addresses[address])
		addresses[address] = name
		image, ours := strings.CutPrefix(s.Image, "credence/")
		if !ours {
			require.NotContains(t, s.Image, "latest", name)
			continue
		}
		require.True(t, s.ReadOnly, name)
		require.Equal(t, []string{"ALL"}, s.CapDrop, name)
		_, err := os.Stat(root + strings.TrimSuffix(image, ":${TAG:-latest}") + ".Dockerfile")
		require.NoError(t, err)
		folder, _, _ := strings.Cut(strings.SplitN(s.Volumes[0], "}/", 2)[1], ":")
		folder, _, _ = strings.Cut(folder, "/")
		require.Contains(t, string(script), folder, name)
	}
	targets, err := os.ReadFile(root + "prometheus/prometheus.yml")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`172\.28\.0\.\d+`).FindAllString(string(targets), -1) {
		require.NotEmpty(t, addresses[m], "prometheus.yml scrapes %s, which is nobody", m)
	}
}

// The pods of the bases for Kubernetes run without privileges. tools/kubernetes, which lint runs, builds the bases and holds each of their
// fields against the types of Kubernetes' API. The test uses no cluster.
func TestKubernetes(t *testing.T) {
	for _, base := range []string{"nodes", "workers", "store"} {
		files, err := filepath.Glob(root + "kubernetes/" + base + "/*.yaml")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, path := range files {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for i, doc := range bytes.Split(text, []byte("\n---\n")) {
				var object map[string]any
				require.NoError(t, yaml.UnmarshalStrict(doc, &object), "%s, document %d", path, i+1)
				require.NotEmpty(t, object["kind"], path)
				if object["kind"] == "StatefulSet" {
					checkPod(t, path, object)
				}
			}
		}
		if kubectl, err := exec.LookPath("kubectl"); err == nil {
			out, err := exec.Command(kubectl, "kustomize", root+"kubernetes/"+base).CombinedOutput()
			require.NoError(t, err, string(out))
		}
	}
}

// checkPod checks that all containers of a pod run without privileges.
func checkPod(t *testing.T, path string, object map[string]any) {
	t.Helper()
	raw, err := json.Marshal(object)
	require.NoError(t, err)
	type container struct {
		Name            string
		SecurityContext struct {
			AllowPrivilegeEscalation *bool
			ReadOnlyRootFilesystem   bool
			Capabilities             struct{ Drop []string }
		}
	}
	var set struct {
		Spec struct {
			Template struct {
				Spec struct {
					SecurityContext struct{ RunAsNonRoot bool }
					Containers      []container
					InitContainers  []container
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &set))
	pod := set.Spec.Template.Spec
	require.True(t, pod.SecurityContext.RunAsNonRoot, path)
	for _, c := range append(pod.Containers, pod.InitContainers...) {
		where := fmt.Sprintf("%s, container %s", path, c.Name)
		require.NotNil(t, c.SecurityContext.AllowPrivilegeEscalation, where)
		require.False(t, *c.SecurityContext.AllowPrivilegeEscalation, where)
		require.True(t, c.SecurityContext.ReadOnlyRootFilesystem, where)
		require.Equal(t, []string{"ALL"}, c.SecurityContext.Capabilities.Drop, where)
	}
}
