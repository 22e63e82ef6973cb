package vectors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/vectors"
)

const (
	inputsOfOne = `"app":0,"dataset":0,"pool":100,"n":1,"trust":1`
	endOfOne    = `"workerStake":"30","lockedAtMatch":{"requester":"100","scheduler":"30"},
		"delta":{"requester":{"stake":"-100","frozen":"0"},"scheduler":{"stake":"1","frozen":"0"},"w1":{"stake":"99","frozen":"0"}},
		"scores":{"w1":"0"},"contributionStatus":{"w1":"PROVED"}`
)

func entry(step, res, status, consensus string, winners, reveals, deadline int) string {
	return fmt.Sprintf(`{"step":%s,"res":%q,"status":%q,"consensus":%s,"winnerCounter":%d,"revealCounter":%d,"revealDeadlineRel":%d}`,
		step, res, status, consensus, winners, reveals, deadline)
}

func scenario(inputs, end string, log ...string) string {
	return fmt.Sprintf(`{"id":"x","in":{%s},"log":[%s],%s}`, inputs, strings.Join(log, ","), end)
}

// The scenarios are a life that was written by hand, and changes to it that must not pass.
func TestScenarios(t *testing.T) {
	life := []string{
		entry(`["c",1,"A"]`, "ok", "REVEALING", `"A"`, 1, 0, 602),
		entry(`["r",1,"A"]`, "ok", "REVEALING", `"A"`, 1, 1, 602),
		entry(`["f","anywhere"]`, "ok", "COMPLETED", `"A"`, 1, 1, 602),
	}
	with := func(i int, e string) []string {
		out := append([]string(nil), life...)
		out[i] = e
		return out
	}
	cases := []struct {
		name, scenario, verdict string
	}{
		{"a whole life", scenario(inputsOfOne, endOfOne, life...), vectors.OK},
		{"other texts of a revert", scenario(inputsOfOne, endOfOne, append(life, entry(`["cl"]`, "REVERT because", "COMPLETED", `"A"`, 1, 1, 602))...), vectors.OK},
		{"an unexpected revert", scenario(inputsOfOne, endOfOne, append(life, entry(`["cl"]`, "ok", "COMPLETED", `"A"`, 1, 1, 602))...), vectors.Fail},
		{"an unknown result of a step", scenario(inputsOfOne, endOfOne, with(0, entry(`["c",1,"A"]`, "fine", "REVEALING", `"A"`, 1, 0, 602))...), vectors.Fail},
		{"the clock moves a second a step", scenario(inputsOfOne, endOfOne, with(0, entry(`["c",1,"A"]`, "ok", "REVEALING", `"A"`, 1, 0, 603))...), vectors.Fail},
		{"an unknown step", scenario(inputsOfOne, endOfOne, append(life, entry(`["bribe",1]`, "ok", "COMPLETED", `"A"`, 1, 1, 602))...), vectors.Fail},
		{"a worker outside the pool", scenario(inputsOfOne, endOfOne, append(life, entry(`["c",2,"A"]`, "REVERT", "COMPLETED", `"A"`, 1, 1, 602))...), vectors.Fail},
		{"a step of the wrong length", scenario(inputsOfOne, endOfOne, append(life, entry(`["ro",2]`, "REVERT", "COMPLETED", `"A"`, 1, 1, 602))...), vectors.Fail},
		{"a field of a step that nobody produces", scenario(inputsOfOne, endOfOne, with(1, strings.Replace(life[1], `"res"`, `"gas":1,"res"`, 1))...), vectors.Fail},
		{"a field of a step left out", scenario(inputsOfOne, endOfOne, with(1, strings.Replace(life[1], `"winnerCounter":1,`, ``, 1))...), vectors.Fail},
		{"no steps", scenario(inputsOfOne, endOfOne), vectors.Fail},
		{"an unknown input", scenario(inputsOfOne+`,"kittyStart":5`, endOfOne, life...), vectors.Fail},
		{"an input left out", scenario(`"app":0,"dataset":0,"pool":100,"n":1`, endOfOne, life...), vectors.Fail},
		{"terms out of range", scenario(inputsOfOne+`,"schedRatio":101`, endOfOne, life...), vectors.Fail},
		{"scores of nobody", scenario(inputsOfOne+`,"scores":{"2":5}`, endOfOne, life...), vectors.Fail},
		{"an unknown party", scenario(inputsOfOne, strings.Replace(endOfOne, `"delta":{`, `"delta":{"miner":{"stake":"1","frozen":"0"},`, 1), life...), vectors.Fail},
		{"a party that is left out though it moved", scenario(inputsOfOne, strings.Replace(endOfOne, `,"w1":{"stake":"99","frozen":"0"}`, ``, 1), life...), vectors.Fail},
		{"a field of the end that nobody produces", scenario(inputsOfOne, endOfOne+`,"weather":"fair"`, life...), vectors.Fail},
		{"a free deal", scenario(`"app":0,"dataset":5,"pool":0,"n":1,"trust":0,"nodataset":true`,
			`"workerStake":"0","lockedAtMatch":{},"delta":{},"scores":{},"contributionStatus":{"w1":"CONTRIBUTED"}`, life[0]), vectors.OK},
		{"a trust that overflows reverts", scenario(`"app":0,"dataset":0,"pool":0,"n":1,"trust":57896044618658097711785492504343953926634992332820282019728792003956564819968`,
			`"workerStake":"0","lockedAtMatch":{},"delta":{},"scores":{},"contributionStatus":{}`, entry(`["c",1,"A"]`, "REVERT", "ACTIVE", `null`, 0, 0, 0)), vectors.OK},
		{"consensus is not compared after the shortcut", scenario(inputsOfOne, endOfOne, entry(`["caf",1,"A"]`, "ok", "COMPLETED", `"B"`, 1, 1, 602),
			entry(`["cl"]`, "REVERT", "COMPLETED", `null`, 1, 1, 602)), vectors.OK},
		{"but it is after one that reverts", scenario(strings.Replace(inputsOfOne, `"trust":1`, `"trust":2`, 1),
			`"workerStake":"30","lockedAtMatch":{"requester":"100","scheduler":"30"},
			"delta":{"requester":{"stake":"-100","frozen":"100"},"scheduler":{"stake":"-30","frozen":"30"}},"scores":{},"contributionStatus":{}`,
			entry(`["caf",1,"A"]`, "REVERT", "ACTIVE", `"A"`, 0, 0, 0)), vectors.Fail},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := text(t, vectors.ReplayIExec, c.scenario)
			require.Equal(t, c.verdict, got.Verdict, "%s\n%s", got.Why, got.Got)
		})
	}
}
