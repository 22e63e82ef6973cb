package deploy

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// datasource names the source of a panel's data.
type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// panel has the fields of Grafana's panels that the dashboards use; any other one is a mistake.
type panel struct {
	ID          int        `json:"id"`
	Title       string     `json:"title"`
	Type        string     `json:"type"`
	Datasource  datasource `json:"datasource"`
	GridPos     grid       `json:"gridPos"`
	FieldConfig struct {
		Defaults struct {
			Unit string `json:"unit"`
		} `json:"defaults"`
		Overrides []struct{} `json:"overrides"`
	} `json:"fieldConfig"`
	Targets []struct {
		RefID        string `json:"refId"`
		Expr         string `json:"expr"`
		LegendFormat string `json:"legendFormat"`
	} `json:"targets"`
}

// grid is the place of a panel, in a grid of 24 columns.
type grid struct{ H, W, X, Y int }

func (g grid) overlaps(o grid) bool {
	return g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H
}

type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"`
	Timezone      string `json:"timezone"`
	Refresh       string `json:"refresh"`
	Time          struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Tags   []string `json:"tags"`
	Panels []panel  `json:"panels"`
}

// units are those of Grafana's units that the dashboards use.
var units = []string{"short", "s", "bytes", "Bps"}

// The dashboards are files that Grafana imports: known fields alone, panels that do not overlap, and the data source that is provisioned.
// Grafana itself is not run here. TestDashboards of test/acceptance runs the queries.
func TestDashboardFiles(t *testing.T) {
	text, err := os.ReadFile(root + "grafana/provisioning/datasources/prometheus.yaml")
	require.NoError(t, err)
	var sources struct {
		Datasources []datasource `json:"datasources"`
	}
	require.NoError(t, yaml.Unmarshal(text, &sources))
	require.Len(t, sources.Datasources, 1)
	provided := sources.Datasources[0]
	require.NotEmpty(t, provided.UID)

	paths, err := filepath.Glob(root + "grafana/dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	uids := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var board dashboard
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&board), path)
		require.Regexp(t, regexp.MustCompile(`^[a-z-]{1,40}$`), board.UID, path)
		require.Empty(t, uids[board.UID], "%s and %s have one uid", path, uids[board.UID])
		uids[board.UID] = path
		require.NotEmpty(t, board.Title, path)
		require.NotZero(t, board.SchemaVersion, path)
		for i, p := range board.Panels {
			where := path + ": " + p.Title
			require.Equal(t, provided, p.Datasource, where)
			require.Equal(t, "timeseries", p.Type, where)
			require.Contains(t, units, p.FieldConfig.Defaults.Unit, where)
			require.True(t, p.GridPos.W > 0 && p.GridPos.H > 0 && p.GridPos.X >= 0 && p.GridPos.X+p.GridPos.W <= 24, "%s is not within 24 columns", where)
			refs := map[string]bool{}
			for _, q := range p.Targets {
				require.NotEmpty(t, q.RefID, where)
				require.False(t, refs[q.RefID], "%s has two queries %s", where, q.RefID)
				refs[q.RefID] = true
			}
			for _, other := range board.Panels[:i] {
				require.NotEqual(t, other.ID, p.ID, "%s and %s have one id", where, other.Title)
				require.NotEqual(t, other.Title, p.Title, path)
				require.False(t, p.GridPos.overlaps(other.GridPos), "%s lies upon %s", where, other.Title)
			}
		}
	}
}
