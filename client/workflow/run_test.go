package workflow_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
)

func TestOrder(t *testing.T) {
	for _, tc := range []struct {
		name  string
		nodes []workflow.Node
		want  []string
		err   string
	}{
		{"a chain, written backwards", []workflow.Node{{Name: "c", After: []string{"b"}}, {Name: "b", After: []string{"a"}}, {Name: "a"}}, []string{"a", "b", "c"}, ""},
		{"a diamond", []workflow.Node{{Name: "a"}, {Name: "l", After: []string{"a"}}, {Name: "r", After: []string{"a"}}, {Name: "z", After: []string{"l", "r"}}}, []string{"a", "l", "r", "z"}, ""},
		{"a circle", []workflow.Node{{Name: "x"}, {Name: "a", After: []string{"b"}}, {Name: "b", After: []string{"a"}}}, nil, "a waits for b waits for a"},
		{"itself", []workflow.Node{{Name: "a", When: &workflow.Condition{Node: "a"}}}, nil, "a waits for a"},
		{"nobody", []workflow.Node{{Name: "a", After: []string{"b"}}}, nil, "node a waits for b, and there is no such node"},
		{"twice", []workflow.Node{{Name: "a"}, {Name: "a"}}, nil, "node a is there twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := workflow.Graph{Nodes: tc.nodes}.Order()
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// chain is a chain that takes each nonce once.
type chain struct {
	mu    sync.Mutex
	paid  map[uint64]int // requests by nonce
	begun []string
	ends  map[string]func(context.Context) (*client.Report, error)
}

func newChain() *chain {
	return &chain{paid: map[uint64]int{}, ends: map[string]func(context.Context) (*client.Report, error){}}
}

func (c *chain) work(ctx context.Context, name string, nonce uint64, request string, tell client.Observer) (*client.Report, error) {
	c.mu.Lock()
	c.begun = append(c.begun, name)
	kind := client.EventResuming
	if request == "" && c.paid[nonce] == 0 {
		c.paid[nonce]++
		kind = client.EventSubmitted
	}
	end := c.ends[name]
	c.mu.Unlock()
	tell(client.Event{Kind: kind, Request: "request-of-" + name})
	if end != nil {
		return end(ctx)
	}
	return ended(0), nil
}

func ended(exit uint32) *client.Report {
	return &client.Report{Complete: true, Paid: 10, Tasks: []*client.TaskReport{{ExitCode: exit}}}
}

func diamond() workflow.Graph {
	return workflow.Graph{Nodes: []workflow.Node{
		{Name: "split"}, {Name: "left", After: []string{"split"}}, {Name: "right", After: []string{"split"}}, {Name: "merge", After: []string{"left", "right"}},
	}}
}

func journal(t *testing.T) (*workflow.Journal, string) {
	path := filepath.Join(t.TempDir(), "journal.json")
	j, err := workflow.NewJournal(path, "digest", "chain-1", "out")
	require.NoError(t, err)
	_, err = workflow.NewJournal(path, "digest", "chain-1", "out")
	require.Error(t, err, "one that is there is not begun anew")
	return j, path
}

func TestRunInOrder(t *testing.T) {
	c := newChain()
	j, path := journal(t)
	var told []string
	require.NoError(t, workflow.Run(context.Background(), diamond(), j, workflow.Options{Tell: func(name string, s workflow.State, e client.Event) {
		if e.Kind == "" {
			told = append(told, name+" "+string(s.Status))
		}
	}}, c.work))
	require.Len(t, c.begun, 4)
	require.Equal(t, "split", c.begun[0])
	require.Equal(t, "merge", c.begun[3])
	require.Equal(t, []string{"split begun", "split done"}, told[:2])

	again, err := workflow.LoadJournal(path)
	require.NoError(t, err)
	require.Equal(t, workflow.Done, again.Node("merge").Status)
	require.Equal(t, "request-of-merge", again.Node("merge").Request)
	require.EqualValues(t, 10, again.Node("merge").Paid)
	require.NoError(t, workflow.Run(context.Background(), diamond(), again, workflow.Options{}, c.work))
	require.Len(t, c.begun, 4, "what is done is not run again")
}

// A client is stopped, or killed after the chain took a request and before the journal recorded it. It resumes, and pays nothing twice.
func TestGoesOn(t *testing.T) {
	c := newChain()
	j, path := journal(t)
	ctx, stop := context.WithCancel(context.Background())
	c.ends["left"] = func(ctx context.Context) (*client.Report, error) {
		stop()
		<-ctx.Done()
		return nil, &client.Interrupted{Request: "request-of-left", Err: ctx.Err()}
	}
	err := workflow.Run(ctx, diamond(), j, workflow.Options{}, c.work)
	var left *client.Interrupted
	require.ErrorAs(t, err, &left)
	require.Equal(t, workflow.Begun, j.Node("left").Status)

	killed, err := workflow.LoadJournal(path)
	require.NoError(t, err)
	s := killed.Node("left")
	s.Request = ""
	require.NoError(t, killed.Set("left", s))
	delete(c.ends, "left")
	require.NoError(t, workflow.Run(context.Background(), diamond(), killed, workflow.Options{}, c.work))
	require.Equal(t, workflow.Done, killed.Node("merge").Status)
	require.Len(t, c.paid, 4)
	for _, n := range c.paid {
		require.Equal(t, 1, n)
	}
}

func TestConditions(t *testing.T) {
	g := workflow.Graph{Nodes: []workflow.Node{
		{Name: "check"},
		{Name: "good", When: &workflow.Condition{Node: "check", Exit: []uint32{0}}},
		{Name: "bad", When: &workflow.Condition{Node: "check", Exit: []uint32{10, 20}}},
		{Name: "after", After: []string{"good"}},
	}}
	c := newChain()
	c.ends["check"] = func(context.Context) (*client.Report, error) { return ended(10), nil }
	j, _ := journal(t)
	require.NoError(t, workflow.Run(context.Background(), g, j, workflow.Options{Most: 1}, c.work))
	require.Equal(t, []string{"check", "bad"}, c.begun)
	require.Equal(t, workflow.State{Status: workflow.Skipped, Why: "check ended with exit status 10"}, j.Node("good"))
	require.Equal(t, workflow.State{Status: workflow.Skipped, Why: "good was skipped"}, j.Node("after"))
}

// A node of the workflow that fails stops only the nodes that depend on it. It is run again as a new request. A node whose chain stood
// still is resumed.
func TestFailures(t *testing.T) {
	c := newChain()
	j, _ := journal(t)
	c.ends["left"] = func(context.Context) (*client.Report, error) {
		return &client.Report{Complete: true}, &client.Error{Code: client.CodeNoAnswer, What: "no answer"}
	}
	c.ends["right"] = func(context.Context) (*client.Report, error) {
		return nil, &client.Error{Code: client.CodeUnfinished, What: "the chain stands still", Err: client.ErrStalled}
	}
	err := workflow.Run(context.Background(), diamond(), j, workflow.Options{}, c.work)
	var failed *workflow.NodesFailed
	require.ErrorAs(t, err, &failed)
	require.ElementsMatch(t, []string{"left", "right"}, failed.Names)
	require.True(t, errors.Is(err, client.ErrStalled))
	require.Equal(t, workflow.Failed, j.Node("left").Status)
	require.Equal(t, workflow.Begun, j.Node("right").Status)
	require.Equal(t, workflow.Waiting, j.Node("merge").Status)

	before := []uint64{j.Node("left").Nonce, j.Node("right").Nonce}
	c.ends = map[string]func(context.Context) (*client.Report, error){}
	require.NoError(t, workflow.Run(context.Background(), diamond(), j, workflow.Options{}, c.work))
	require.Equal(t, workflow.Done, j.Node("merge").Status)
	require.NotEqual(t, before[0], j.Node("left").Nonce)
	require.Equal(t, before[1], j.Node("right").Nonce)
	require.Len(t, c.paid, 5)
}

// A graph that was handed to the chain has a node that failed, and one that the chain refunded because of it. Both run again, and nothing else.
func TestRunsAgainWhatTheChainSkipped(t *testing.T) {
	g := workflow.Graph{Nodes: []workflow.Node{{Name: "a"}, {Name: "b", After: []string{"a"}}}}
	c := newChain()
	j, _ := journal(t)
	for i, n := range g.Nodes {
		require.NoError(t, j.Set(n.Name, workflow.State{Status: workflow.Begun, Nonce: uint64(i + 1), Request: "request-of-" + n.Name}))
	}
	skipped := false
	c.ends["a"] = func(context.Context) (*client.Report, error) { return nil, &client.Error{Code: client.CodeNoAnswer} }
	c.ends["b"] = func(context.Context) (*client.Report, error) {
		if skipped {
			return ended(0), nil
		}
		skipped = true
		return nil, &client.Error{Code: client.CodeSkipped}
	}
	require.Error(t, workflow.Run(context.Background(), g, j, workflow.Options{}, c.work))
	require.Equal(t, []string{"a"}, c.begun)
	delete(c.ends, "a")
	require.NoError(t, workflow.Run(context.Background(), g, j, workflow.Options{}, c.work))
	require.Equal(t, []string{"a", "a", "b", "b"}, c.begun)
	require.Equal(t, workflow.Done, j.Node("b").Status)
	require.NotEqual(t, uint64(2), j.Node("b").Nonce, "the first request is over")
	require.Zero(t, c.paid[2])
}
