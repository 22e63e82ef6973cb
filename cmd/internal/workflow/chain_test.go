package workflow

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

const released = `
nodes:
  - {name: split, app: "studio/words:1", args: [split]}
  - {name: count, app: "studio/words:1", input: ["parts=@split", text.txt]}
  - {name: merge, app: "studio/words:1", input: "@count", after: split}
`

// Nodes that the chain cannot release are all named, each with its reason, before there is a chain to ask.
func TestObstacles(t *testing.T) {
	inFolder(t, map[string]string{"text.txt": "x", "released.yaml": released, "w.yaml": `
nodes:
  - {name: split, app: "studio/words:1", ok-exit: [0, 10]}
  - {name: bag, app: "studio/words:1", bag: 2}
  - {name: each, app: "studio/words:1", map: "@split/*.txt"}
  - {name: part, app: "studio/words:1", input: "x=@split/part-1.txt"}
  - {name: all, app: "studio/words:1", input: "@bag"}
  - {name: said, app: "studio/words:1", stdin: "@split/x"}
  - {name: kept, app: "studio/words:1", onchain: sum}
  - {name: rare, app: "studio/words:1", when: {node: kept, exit: [10]}}
  - {name: fine, app: "studio/words:1", input: "@split", after: bag}
`})
	out, err := runLine(t, "run", "w.yaml", "--detach")
	require.ErrorContains(t, err, "the chain can't release 5 nodes of 9 by itself; nothing was submitted")
	for _, want := range []string{
		"node each: map: @split/*.txt: the files of a result are not known", "node part: input: x=@split/part-1.txt: the chain gives a result as a whole",
		"node all: input: @bag: bag is a bag", "node said: stdin: @split/x: ", "node rare: when: ",
	} {
		require.Contains(t, out, want)
	}
	require.Equal(t, 5, strings.Count(out, "what to do: "))
	require.NotContains(t, out, "node fine")
	require.NoFileExists(t, "w.yaml.journal.json")
	d, err := readDefinition("released.yaml")
	require.NoError(t, err)
	require.Empty(t, d.obstacles())
}

// The job of a node names the requests of the nodes for which it waits.
func TestJobThatWaits(t *testing.T) {
	inFolder(t, map[string]string{"w.yaml": released, "text.txt": "x"})
	d, err := readDefinition("w.yaml")
	require.NoError(t, err)
	requests := map[string]string{"split": "aa", "count": "bb"}
	job, err := d.find("count").waiting(requests)
	require.NoError(t, err)
	require.Equal(t, []client.Answer{{Name: "parts", Request: "aa"}}, job.Answers)
	require.Len(t, job.Inputs, 1)
	require.Equal(t, "text.txt", job.Inputs[0].Name)
	job, err = d.find("merge").waiting(requests)
	require.NoError(t, err)
	require.Equal(t, []client.Answer{{Name: "count", Request: "bb"}}, job.Answers)
	require.Equal(t, []string{"aa"}, job.After)
	require.Empty(t, job.Inputs)
}

// A condition names the request, and makes the chain keep the exit status of that request.
func TestConditionOnTheChain(t *testing.T) {
	m := newMarket(t)
	inFolder(t, map[string]string{"w.yaml": `
nodes:
  - {name: check, app: "studio/words:1", ok-exit: [0, 10]}
  - {name: rare, app: "studio/words:1", when: {node: check, exit: [10, 0]}}
`})
	_, err := m.run(t, "run", "w.yaml", "--detach")
	require.NoError(t, err)
	msgs := m.taken.All()[0].Msgs
	check, rare := msgs[0].(*markettypes.MsgSubmitTask).Job, msgs[1].(*markettypes.MsgSubmitTask).Job
	require.Equal(t, "/exit", check.Onchain)
	require.Empty(t, rare.Onchain)
	require.Equal(t, []uint32{0, 10}, rare.When[0].Exit)
	require.Contains(t, m.requests, rare.When[0].Request)
}
