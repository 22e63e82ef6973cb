package workflow

import (
	"os"
	"slices"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// market is a node whose chain takes requests and cancels them. Each one waits for all that it names.
type market struct {
	*nodetest.Node
	taken    *nodetest.Transactions
	requests map[string]markettypes.Request
	deals    map[string]dealstypes.Deal
	key      string
}

func newMarket(t *testing.T) *market {
	t.Helper()
	m := &market{Node: nodetest.NewNode(t), requests: map[string]markettypes.Request{}, deals: map[string]dealstypes.Deal{}, key: t.TempDir() + "/payer.key"}
	_, err := client.LoadOrGenerateKey(m.key)
	require.NoError(t, err)
	m.taken = nodetest.TakeTransactions(t, m.Node, m.execute)
	nodetest.Answer(m.Node, "/credence.apps.v1.Query/Version", func(r *appstypes.QueryVersionRequest) (*appstypes.QueryVersionResponse, error) {
		return &appstypes.QueryVersionResponse{Version: appstypes.Version{App: "studio/words", Version: "1"}}, nil
	})
	nodetest.Answer(m.Node, "/credence.market.v1.Query/Params", func(*markettypes.QueryParamsRequest) (*markettypes.QueryParamsResponse, error) {
		return &markettypes.QueryParamsResponse{Params: markettypes.DefaultParams()}, nil
	})
	nodetest.Answer(m.Node, "/credence.market.v1.Query/Preview", func(*markettypes.QueryPreviewRequest) (*markettypes.QueryPreviewResponse, error) {
		return &markettypes.QueryPreviewResponse{}, nil
	})
	nodetest.Answer(m.Node, "/credence.tasks.v1.Query/Quote", func(*taskstypes.QueryQuoteRequest) (*taskstypes.QueryQuoteResponse, error) {
		return &taskstypes.QueryQuoteResponse{Plan: taskstypes.Plan{Replicas: 2}, ExpectedPrice: 200_000, MaxPrice: 500_000}, nil
	})
	nodetest.Answer(m.Node, "/credence.market.v1.Query/Request", func(r *markettypes.QueryRequestRequest) (*markettypes.QueryRequestResponse, error) {
		found, known := m.requests[r.Id]
		if !known {
			return nil, status.Error(codes.NotFound, "no such request")
		}
		return &markettypes.QueryRequestResponse{Request: found}, nil
	})
	nodetest.Answer(m.Node, "/credence.deals.v1.Query/Deal", func(r *dealstypes.QueryDealRequest) (*dealstypes.QueryDealResponse, error) {
		return &dealstypes.QueryDealResponse{Deal: m.deals[r.Id]}, nil
	})
	return m
}

func (m *market) execute(msg sdk.Msg) proto.Message {
	switch msg := msg.(type) {
	case *markettypes.MsgSubmitTask:
		r := markettypes.Request{
			Id: markettypes.FormatID(poco.RequestID(nodetest.ChainID, msg.Requester, msg.Nonce)), Job: msg.Job, Escrow: msg.Job.MaxPrice * msg.Job.Size_,
			Status: markettypes.REQUEST_STATUS_QUEUED, WaitsFor: msg.Job.Awaits(),
		}
		if len(r.WaitsFor) > 0 {
			r.Status = markettypes.REQUEST_STATUS_WAITING
		}
		m.requests[r.Id] = r
		return &markettypes.MsgSubmitTaskResponse{Id: r.Id}
	case *markettypes.MsgCancelRequest:
		r := m.requests[msg.Id]
		r.Status, r.WaitsFor = markettypes.REQUEST_STATUS_CANCELLED, nil // the escrow goes back with the next block
		m.requests[msg.Id] = r
		return &markettypes.MsgCancelRequestResponse{}
	}
	return nil
}

// run runs a subcommand with the key of the payer.
func (m *market) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return m.RunCommand(t, NewCommand(), append(args, "--key-file", m.key)...)
}

const ladder = `
nodes:
  - {name: split, app: "studio/words:1"}
  - {name: count, app: "studio/words:1", input: "parts=@split"}
  - {name: merge, app: "studio/words:1", after: [split, count]}
`

// A graph is handed to the chain in one transaction. The same command again submits nothing twice, and what is missing.
func TestDetach(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": ladder})
	out, err := m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), 1)
	require.Len(t, m.taken.All()[0].Msgs, 3)
	require.Contains(t, out, "split  submitted: request ")
	require.Regexp(t, `(?m)^merge +waiting +[0-9a-f]{12} +0 of 1 +0.5 CRED +- +- +split, count$`, orderless(out))
	require.Contains(t, out, "In all 1.5 CRED locked, 0 CRED paid, 0 CRED refunded.")
	for _, next := range []string{"status", "resume", "cancel"} {
		require.Contains(t, out, "workflow "+next+" w.yaml ")
	}
	j, err := workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	require.Equal(t, j.Node("split").Request, m.requests[j.Node("count").Request].Job.Inputs[0].Of)

	_, err = m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), 1, "nothing was missing")

	delete(m.requests, j.Node("merge").Request) // as if the client had been killed before the chain took it
	out, err = m.RunCommand(t, NewCommand(), "status", "w.yaml")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^merge +not submitted `, out)
	_, err = m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), 2)
	again := m.taken.All()[1].Msgs
	require.Len(t, again, 1)
	require.Equal(t, j.Node("merge").Nonce, again[0].(*markettypes.MsgSubmitTask).Nonce)
}

// orderless returns a text in which the two names for which a node waits have the order of the file: the chain has that of their ids.
func orderless(text string) string { return strings.ReplaceAll(text, "count, split", "split, count") }

// A graph that costs more than there is, is refused as a whole, and leaves no journal.
func TestDetachWithoutMoney(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": strings.Replace(ladder, "nodes:", "defaults: {max-price: 2CRED}\nnodes:", 1)})
	_, err := m.run(t, "run", "w.yaml", "--detach")
	require.ErrorContains(t, err, "all nodes together: the account ")
	require.Empty(t, m.taken.All())
	require.NoFileExists(t, "w.yaml.journal.json")
}

// A graph with a node that failed is left to a client, which runs it again.
func TestDetachAfterAFailure(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": ladder})
	d, err := readDefinition("w.yaml")
	require.NoError(t, err)
	j, err := workflow.NewJournal("w.yaml.journal.json", d.digest, nodetest.ChainID, "out")
	require.NoError(t, err)
	require.NoError(t, j.Set("split", workflow.State{Status: workflow.Failed, Why: "no answer"}))
	_, err = m.run(t, "run", "w.yaml", "--detach")
	require.ErrorContains(t, err, "node split was failed before: no answer")
	require.ErrorContains(t, err, "workflow resume w.yaml")
	require.Empty(t, m.taken.All())
}

// "resume --detach" hands over what is left: what failed and what waited for it is submitted again, what goes on is left alone, and a node whose
// condition did not hold stays skipped.
func TestResumeDetached(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": `
nodes:
  - {name: split, app: "studio/words:1"}
  - {name: count, app: "studio/words:1", input: "parts=@split"}
  - {name: merge, app: "studio/words:1", after: [count]}
  - {name: check, app: "studio/words:1", ok-exit: [0, 3]}
  - {name: mend, app: "studio/words:1", when: {node: check, exit: [3]}}
  - {name: after-mend, app: "studio/words:1", after: [mend]}
`})
	_, err := m.run(t, "resume", "w.yaml", "--detach")
	require.ErrorContains(t, err, "nothing of the workflow was begun")
	_, err = m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	first, err := workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	begun := len(m.taken.All())
	end := func(name string, status markettypes.RequestStatus, accepted uint64) {
		r := m.requests[first.Node(name).Request]
		r.Status, r.WaitsFor, r.Escrow = status, nil, 0
		if status == markettypes.REQUEST_STATUS_MATCHED {
			r.Deal, r.Deals, r.Filled = r.Id, 1, 1
			m.deals[r.Id] = dealstypes.Deal{Id: r.Id, Size_: 1, Ended: 1, Accepted: accepted}
		}
		m.requests[r.Id] = r
	}
	end("split", markettypes.REQUEST_STATUS_MATCHED, 1)
	end("count", markettypes.REQUEST_STATUS_MATCHED, 0) // it failed
	end("merge", markettypes.REQUEST_STATUS_SKIPPED, 0)
	end("check", markettypes.REQUEST_STATUS_MATCHED, 1)
	end("mend", markettypes.REQUEST_STATUS_SKIPPED, 0)
	end("after-mend", markettypes.REQUEST_STATUS_SKIPPED, 0)

	out, err := m.run(t, "resume", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), begun+1)
	again := m.taken.All()[begun].Msgs
	require.Len(t, again, 2, "what failed, and what waited for it")
	second, err := workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	for _, name := range []string{"split", "check"} {
		require.Equal(t, first.Node(name), second.Node(name))
	}
	for i, name := range []string{"count", "merge"} {
		require.NotEqual(t, first.Node(name).Nonce, second.Node(name).Nonce)
		require.Equal(t, second.Node(name).Nonce, again[i].(*markettypes.MsgSubmitTask).Nonce)
	}
	require.Equal(t, second.Node("split").Request, again[0].(*markettypes.MsgSubmitTask).Job.Inputs[0].Of)
	require.Equal(t, []string{second.Node("count").Request}, again[1].(*markettypes.MsgSubmitTask).Job.After)
	for _, name := range []string{"mend", "after-mend"} {
		require.Equal(t, workflow.Skipped, second.Node(name).Status, name)
	}
	require.Regexp(t, `(?m)^merge +waiting `, out)
	_, err = m.run(t, "resume", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), begun+1, "nothing was left")
}

// A node that a client ran to its end has told its exit status to the client alone: the client judges the conditions on it.
func TestResumeDetachedAfterAClient(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": `
nodes:
  - {name: check, app: "studio/words:1", ok-exit: [0, 3]}
  - {name: mend, app: "studio/words:1", when: {node: check, exit: [3]}}
  - {name: go, app: "studio/words:1", when: {node: check, exit: [0]}}
`})
	d, err := readDefinition("w.yaml")
	require.NoError(t, err)
	j, err := workflow.NewJournal("w.yaml.journal.json", d.digest, nodetest.ChainID, "out")
	require.NoError(t, err)
	done := strings.Repeat("c", 64)
	require.NoError(t, j.Set("check", workflow.State{Status: workflow.Done, Nonce: 1, Request: done}))
	_, err = m.run(t, "resume", "w.yaml", "--detach")
	require.NoError(t, err)
	require.Len(t, m.taken.All(), 1)
	require.Len(t, m.taken.All()[0].Msgs, 1)
	job := m.taken.All()[0].Msgs[0].(*markettypes.MsgSubmitTask).Job
	require.Equal(t, []string{done}, job.After)
	require.Empty(t, job.When)
	j, err = workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	require.Equal(t, workflow.State{Status: workflow.Skipped, Why: "check ended with exit status 0"}, j.Node("mend"))
}

// What the chain says of each node is shown with the names of the file: who waits for whom, what was paid, what came back, and why. Cancelling
// takes back what waits, those first that wait for others.
func TestStatusAndCancel(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": ladder + "  - {name: late, app: \"studio/words:1\", after: merge}\n"})
	_, err := m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	j, err := workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	change := func(name string, with func(*markettypes.Request)) {
		r := m.requests[j.Node(name).Request]
		with(&r)
		m.requests[r.Id] = r
	}
	change("split", func(r *markettypes.Request) {
		r.Status, r.Deal, r.Deals, r.Filled, r.Escrow = markettypes.REQUEST_STATUS_MATCHED, strings.Repeat("d", 64), 1, 1, 0
	})
	m.deals[strings.Repeat("d", 64)] = dealstypes.Deal{Id: strings.Repeat("d", 64), Size_: 1, Ended: 1, Accepted: 1, Paid: 200_000, Refunded: 300_000}
	change("late", func(r *markettypes.Request) {
		r.Status, r.Escrow, r.WaitsFor, r.Reason = markettypes.REQUEST_STATUS_SKIPPED, 0, nil, "request "+j.Node("merge").Request+" ended as cancelled"
	})
	out, err := m.RunCommand(t, NewCommand(), "status", "w.yaml")
	require.NoError(t, err)
	for _, line := range []string{
		`^split +ended +[0-9a-f]{12} +1 of 1 +- +0.2 CRED +0.3 CRED +-$`, `^count +waiting +[0-9a-f]{12} +0 of 1 +0.5 CRED +- +- +split$`,
		`^late +skipped +[0-9a-f]{12} +0 of 1 +- +- +0.5 CRED +-$`, `^In all 1 CRED locked, 0.2 CRED paid, 0.8 CRED refunded`,
		`^node late: skipped: node merge ended as cancelled$`,
	} {
		require.Regexp(t, "(?m)"+line, out)
	}
	out, err = m.RunCommand(t, NewCommand(), "status", "w.yaml", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"refunded": 300000`)

	// The chain names what is awaited by id. Here it is by name, whatever the ids are.
	change("count", func(r *markettypes.Request) {
		r.WaitsFor = []string{j.Node("split").Request, j.Node("merge").Request, j.Node("late").Request}
	})
	for range 2 {
		out, err = m.RunCommand(t, NewCommand(), "status", "w.yaml")
		require.NoError(t, err)
		require.Regexp(t, `(?m)^count .* late, merge, split$`, out)
		change("count", func(r *markettypes.Request) { slices.Reverse(r.WaitsFor) })
	}

	out, err = m.run(t, "cancel", "w.yaml")
	require.NoError(t, err)
	var cancelled []string
	for _, sent := range m.taken.All()[1:] {
		cancelled = append(cancelled, sent.Msgs[0].(*markettypes.MsgCancelRequest).Id)
	}
	require.Equal(t, []string{j.Node("merge").Request, j.Node("count").Request}, cancelled)
	require.Contains(t, out, "node merge is cancelled; 0.5 CRED come back\n")
	require.Regexp(t, `(?m)^merge +cancelled +[0-9a-f]{12} +0 of 1 +0.5 CRED +- +- +-$`, out, "the next block gives it back")
	require.Contains(t, out, "In all 1 CRED locked, 0.2 CRED paid, 0.8 CRED refunded")

	require.NoError(t, os.Remove("w.yaml.journal.json"))
	_, err = m.run(t, "cancel", "w.yaml")
	require.ErrorContains(t, err, "nothing of the workflow was begun")
}

// "resume" goes on under the same nonce with a node that was noted before it was submitted.
func TestUnsubmittedNodesAreForgotten(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": ladder})
	_, err := m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	j, err := workflow.LoadJournal("w.yaml.journal.json")
	require.NoError(t, err)
	before := j.Node("merge")
	delete(m.requests, before.Request)
	conn, err := client.Dial(t.Context(), []string{m.Endpoint}, nodetest.ChainID)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, forgetUnsubmitted(t.Context(), conn, j))
	before.Request = ""
	require.Equal(t, before, j.Node("merge"))
	require.NotEmpty(t, j.Node("count").Request)
}

// The commands that go on with a workflow can be pasted: they name the program that was called.
func TestTellNext(t *testing.T) {
	before := cli.Program
	cli.Program = "credence"
	t.Cleanup(func() { cli.Program = before })
	var out strings.Builder
	(&runFlags{}).tellNext(&out, "my words.yaml")
	for _, verb := range []string{"status", "resume", "cancel"} {
		require.Contains(t, out.String(), "  credence workflow "+verb+" 'my words.yaml' ")
	}
	require.NotContains(t, out.String(), "credenced")
}
