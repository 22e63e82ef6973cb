package acceptance

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/devnet"
	"github.com/credence-chain/credence/testutil/port"
	"github.com/credence-chain/credence/testutil/tool"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// A full node writes all of the chain's events into PostgreSQL. The ten queries of the operators' guide return what the chain itself has.
// Blocks that come while the database is away are missing, and the last query names them.
func TestEventsInPostgreSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	server := newPostgres(t)
	n := start(t, 8*time.Minute, devnet.Options{Workers: 4, Saboteurs: 1, Cooling: 1, Forgiveness: 1})
	app := n.publish("echo", echo(), appPrice)
	n.ended(n.submit(job(app, lyingTrust, 2)).Id)
	n.ended(n.submit(job(app, lyingTrust, uint32(len(n.Info.Workers)))).Id) // the liar is among them, so there is a court and a slash
	other := n.publish("second", append(echo(), 0, 1, 0), appPrice)         // with an empty section of its own
	n.ended(n.submit(job(other, lyingTrust, 2)).Id)
	n.blocks(2)

	node := n.startIndexer(server.conn("credence"))
	db := server.open(t)
	reached := n.height()
	n.awaitIndexed(db, reached)
	n.requireAllEvents(db, node, reached)

	var pieces []piece
	for _, deal := range n.deals() {
		pieces = append(pieces, piece{n.task(deal.Id), deal})
	}
	require.Len(t, pieces, 3)
	want := n.answers(pieces, reached)
	queries := exampleQueries(t)
	require.Len(t, queries, len(want))
	for i, q := range queries {
		got := rowsOf(t, db, q.text)
		if i != 9 {
			require.NotEmpty(t, got, q.title)
		}
		require.ElementsMatch(t, want[i], got, "%s\n%s", q.title, q.text)
	}

	// The database is away for some blocks. The node goes on without it, and with it again.
	server.stop(t)
	before := n.height()
	n.until("blocks without a database", func() bool { return heightOf(node) >= before+4 })
	server.start(t)
	n.awaitIndexed(db, n.height()+2)
	missing := rowsOf(t, db, queries[9].text)
	require.NotEmpty(t, missing, "the test was too quick")
	for _, row := range missing {
		height, err := strconv.ParseInt(row, 10, 64)
		require.NoError(t, err)
		require.Greater(t, height, reached)
	}
}

// answers returns the rows of the ten queries, computed from the chain's own state.
func (n *network) answers(pieces []piece, upTo int64) [10][]string {
	n.t.Helper()
	ended, accepted, spent, premium := counts{}, counts{}, counts{}, counts{}
	endings, slashes, slashed, earned, drawn := counts{}, counts{}, counts{}, counts{}, counts{}
	var out [10][]string
	for _, p := range pieces {
		task, deal := p.task, p.deal
		s := task.Settlement
		ended[deal.App]++
		if task.Ending == taskstypes.ENDING_ACCEPTED {
			accepted[deal.App]++
		}
		spent[deal.Requester] += s.Premium
		premium[deal.Requester] += s.Premium
		endings[row(task.Ending, task.ByCourt)]++
		if task.CourtCalled > 0 {
			out[3] = append(out[3], row(task.CourtCalled, task.Id, len(task.Court)))
		}
		for _, pay := range s.Payments {
			earned[row(pay.To, pay.Source)] += pay.Amount
			if pay.Source == "escrow" {
				spent[deal.Requester] += pay.Amount
			}
		}
		for _, end := range s.Seats {
			if end.Slash > 0 {
				slashes[row(end.Organisation, end.Fault)]++
				slashed[row(end.Organisation, end.Fault)] += end.Slash
			}
		}
		require.EqualValues(n.t, 1, task.Attempt, "the seats of earlier attempts are not in the record")
		for _, seat := range task.Seats {
			drawn[seat.Organisation]++
		}
		out[7] = append(out[7], row(task.Id, task.Done-deal.Height))
	}
	for app := range ended {
		out[0] = append(out[0], row(app, ended[app], accepted[app]))
	}
	for who := range spent {
		out[1] = append(out[1], row(who, spent[who], premium[who]))
	}
	out[2], out[5], out[6] = endings.rows(), earned.rows(), drawn.rows()
	for key := range slashes {
		out[4] = append(out[4], row(key, slashes[key], slashed[key]))
	}
	for _, who := range n.everybody() {
		sum := uint64(0)
		for _, fee := range n.fees(who, 0, upTo) {
			sum += fee
		}
		if sum > 0 {
			out[8] = append(out[8], row(who, sum))
		}
	}
	return out
}

type counts map[string]uint64

func (c counts) rows() (out []string) {
	for key, n := range c {
		out = append(out, row(key, n))
	}
	return out
}

// row returns the columns of a row in one text.
func row(columns ...any) string {
	var out []string
	for _, c := range columns {
		out = append(out, fmt.Sprint(c))
	}
	return strings.Join(out, " ")
}

type exampleQuery struct{ title, text string }

// exampleQueries returns the queries of the operators' guide, in their order.
func exampleQueries(t *testing.T) (out []exampleQuery) {
	t.Helper()
	text, err := os.ReadFile("../../docs/operator.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?s)```sql\n-- (\\d+\\. [^\n]*)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, exampleQuery{m[1], m[2]})
		require.True(t, strings.HasPrefix(m[1], fmt.Sprintf("%d. ", len(out))), m[1])
	}
	return out
}

// rowsOf runs a query and returns each row in one text.
func rowsOf(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.Query(query)
	require.NoError(t, err, query)
	defer rows.Close()
	names, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		columns, pointers := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range columns {
			pointers[i] = &columns[i]
		}
		require.NoError(t, rows.Scan(pointers...))
		texts := make([]any, len(columns))
		for i, c := range columns {
			texts[i] = c.String
		}
		out = append(out, row(texts...))
	}
	require.NoError(t, rows.Err())
	return out
}

// startIndexer starts a full node beside the devnet that writes its events to a database.
func (n *network) startIndexer(conn string) setup.Node {
	n.t.Helper()
	return n.startFullNode("indexer", func(text string) string {
		changed := strings.Replace(strings.Replace(text, `indexer = "kv"`, `indexer = "psql"`, 1), `psql-conn = ""`, fmt.Sprintf("psql-conn = %q", conn), 1)
		require.Contains(n.t, changed, `indexer = "psql"`)
		require.Contains(n.t, changed, conn)
		return changed
	})
}

func rpcOf(node setup.Node) (*rpchttp.HTTP, error) {
	return rpchttp.New(fmt.Sprintf("tcp://127.0.0.1:%d", node.Ports.RPC), "/websocket")
}

// heightOf returns the height of a node, or -1 while it does not answer.
func heightOf(node setup.Node) int64 {
	rpc, err := rpcOf(node)
	if err != nil {
		return -1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	status, err := rpc.Status(ctx)
	if err != nil {
		return -1
	}
	return status.SyncInfo.LatestBlockHeight
}

// awaitIndexed waits until the database has the transactions of a block. It has them when the next block is there.
func (n *network) awaitIndexed(db *sql.DB, height int64) {
	n.t.Helper()
	n.until(fmt.Sprintf("the database has block %d", height), func() bool {
		var last sql.NullInt64
		return db.QueryRow("SELECT max(height) FROM blocks").Scan(&last) == nil && last.Int64 > height
	})
}

// requireAllEvents compares the number of events of each block with that of the node's block results. The sink adds one event for a block
// and two for a transaction.
func (n *network) requireAllEvents(db *sql.DB, node setup.Node, upTo int64) {
	n.t.Helper()
	rpc, err := rpcOf(node)
	require.NoError(n.t, err)
	total := 0
	for height := int64(1); height <= upTo; height++ {
		res, err := rpc.BlockResults(n.ctx, &height)
		require.NoError(n.t, err)
		want := 1 + len(res.FinalizeBlockEvents)
		for _, tx := range res.TxsResults {
			want += 2 + len(tx.Events)
		}
		var got int
		require.NoError(n.t, db.QueryRow("SELECT count(*) FROM events JOIN blocks ON blocks.rowid = events.block_id WHERE height = $1", height).Scan(&got))
		require.Equal(n.t, want, got, "events of block %d", height)
		total += got
	}
	n.t.Logf("%d events of %d blocks", total, upTo)
}

// postgres is a server from the distribution's package, in a folder of its own.
type postgres struct {
	bin, folder string
	port        int
	as          *syscall.SysProcAttr
}

// newPostgres starts a server with the schema of the guide. If PostgreSQL is missing, the test is skipped.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	p := &postgres{bin: postgresFolder(t), port: port.Free(t), as: &syscall.SysProcAttr{}}
	var err error
	// The folder is not below the test's own, because the server runs as another user that cannot enter that one.
	p.folder, err = os.MkdirTemp("", "credence-postgres-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(p.folder) })
	p.leaveRoot(t)
	p.run(t, "initdb", "--auth", "trust", "--username", "credence", "--no-sync", "--pgdata", filepath.Join(p.folder, "data"))
	p.start(t)
	t.Cleanup(func() {
		_ = p.command("pg_ctl", "stop", "--mode", "immediate", "--pgdata", filepath.Join(p.folder, "data")).Run()
	})
	p.run(t, "createdb", "--host", "127.0.0.1", "--port", fmt.Sprint(p.port), "--username", "credence", "credence")
	db := p.open(t)
	for _, name := range []string{"schema.sql", "credence.sql"} {
		text, err := os.ReadFile("../../docker/postgres/" + name)
		require.NoError(t, err)
		_, err = db.Exec(string(text))
		require.NoError(t, err, name)
	}
	return p
}

// postgresFolder returns the folder of the server's programs.
func postgresFolder(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	if len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1])
	}
	return filepath.Dir(tool.Find(t, "initdb"))
}

// leaveRoot has the server run as another user, because it refuses to run as root.
func (p *postgres) leaveRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	require.NoError(t, err)
	uid, err := strconv.Atoi(who.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(who.Gid)
	require.NoError(t, err)
	require.NoError(t, os.Chown(p.folder, uid, gid))
	p.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func (p *postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = p.folder, p.as
	return cmd
}

func (p *postgres) run(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := p.command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", name, out)
}

func (p *postgres) start(t *testing.T) {
	t.Helper()
	p.run(t, "pg_ctl", "start", "--wait", "--timeout", "120", "--pgdata", filepath.Join(p.folder, "data"), "--log", filepath.Join(p.folder, "log"),
		"--options", fmt.Sprintf("-p %d -h 127.0.0.1 -k %s -F", p.port, p.folder))
}

func (p *postgres) stop(t *testing.T) {
	t.Helper()
	p.run(t, "pg_ctl", "stop", "--mode", "fast", "--pgdata", filepath.Join(p.folder, "data"))
}

func (p *postgres) conn(database string) string {
	return fmt.Sprintf("postgresql://credence@127.0.0.1:%d/%s?sslmode=disable", p.port, database)
}

func (p *postgres) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", p.conn("credence"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// The schema that operators are given is that of the CometBFT version that is built in.
func TestSchemaIsCometBFTs(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/cometbft/cometbft").Output()
	require.NoError(t, err)
	theirs, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "state/indexer/sink/psql/schema.sql"))
	require.NoError(t, err)
	ours, err := os.ReadFile("../../docker/postgres/schema.sql")
	require.NoError(t, err)
	require.Equal(t, string(theirs), string(ours), "copy it anew, and say in the changelog how to change a database")
}
