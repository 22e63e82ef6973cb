package workflow

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/internal/cli"
)

// This file says what of a workflow the chain can do without a client. A node is then a request that waits for those of other nodes, and whose
// inputs may be their answers (docs/adr/0087-the-chain-releases-what-waits.md). The chain knows of an answer its digest alone: it can pass a whole
// result on, and cannot look into it.

// wholeResult matches an input that is the whole result of a node.
var wholeResult = regexp.MustCompile(`^(?:([^=@]+)=)?@([a-z][a-z0-9_-]*)$`)

// obstacle says why the chain cannot release a node, and what to do.
type obstacle struct{ node, why, do string }

// obstacles returns what keeps nodes from being released by the chain, in the order of the file.
func (d *definition) obstacles() (out []obstacle) {
	for _, n := range d.nodes {
		if why, do := d.obstacleOf(n); why != "" {
			out = append(out, obstacle{n.name, why, do})
		}
	}
	return out
}

func (d *definition) obstacleOf(n node) (why, do string) {
	for _, flag := range fileFlags {
		for _, value := range n.flags[flag] {
			if !resultOf.MatchString(value) {
				continue
			}
			whole := wholeResult.FindStringSubmatch(value)
			switch {
			case flag == "map":
				return fmt.Sprintf("map: %s: the files of a result are not known before it is there, so that nobody can say how many tasks there are", value),
					"write the tasks as nodes, each with the whole result as its input"
			case flag != "input":
				return fmt.Sprintf("%s: %s: the chain gives a result to a program as a folder of its inputs alone", flag, value), "read it as an input"
			case whole == nil:
				return fmt.Sprintf("input: %s: the chain gives a result as a whole, and can take no part of it", value), "read the whole result: input: NAME=@NODE"
			case d.find(whole[2]).isBag():
				return fmt.Sprintf("input: %s: %s is a bag, and the chain gives the result of a single task", value, whole[2]), "make each of its tasks a node"
			}
		}
	}
	if n.when != nil {
		if kept := d.find(n.when.Node).flags["onchain"]; len(kept) > 0 && kept[0] != client.ExitStatus {
			return fmt.Sprintf("when: %s keeps %s on chain, and the chain keeps that or the exit status", n.when.Node, kept[0]), "leave out onchain of " + n.when.Node
		}
	}
	return "", ""
}

// isBag says whether the node is a bag of tasks.
func (n node) isBag() bool { return len(n.flags["map"])+len(n.flags["bag"]) > 0 }

// explainObstacles prints what keeps nodes from being released by the chain, and returns an error unless there is nothing.
func (d *definition) explainObstacles(out io.Writer, goOn string) error {
	list := d.obstacles()
	if len(list) == 0 {
		return nil
	}
	for _, o := range list {
		fmt.Fprintf(out, "node %s: %s\n  what to do: %s\n", o.node, o.why, o.do)
	}
	return &cli.Problem{
		What: fmt.Sprintf("the chain can't release %s of %d by itself; nothing was submitted", printer.CountOf(uint64(len(list)), "node"), len(d.nodes)),
		Next: "change what is named above, or let a client release the nodes: " + goOn, Exit: cli.ExitUsage,
	}
}

// waiting returns the node's job as one that waits for the requests of other nodes on the chain.
func (n node) waiting(requests map[string]string) (client.Job, error) {
	flags := maps.Clone(n.flags)
	var inputs []string
	for _, value := range n.flags["input"] {
		whole := wholeResult.FindStringSubmatch(value)
		if whole == nil {
			inputs = append(inputs, value)
			continue
		}
		name := whole[1]
		if name == "" {
			name = whole[2]
		}
		flags["answer"] = append(slices.Clip(flags["answer"]), name+"="+requests[whole[2]])
	}
	if flags["input"] = inputs; len(inputs) == 0 {
		delete(flags, "input")
	}
	for _, of := range n.after {
		flags["after"] = append(slices.Clip(flags["after"]), requests[of])
	}
	job, _, err := run.ParseJob(n.app, flags, n.args)
	if n.when != nil {
		job.When = append(job.When, client.ExitCondition{Request: requests[n.when.Node], Exit: n.when.Exit})
	}
	return job, n.explain(err)
}

// isAsked says whether another node has a condition on the exit status of this one, so that the chain has to know it.
func (d *definition) isAsked(name string) bool {
	return slices.ContainsFunc(d.nodes, func(n node) bool { return n.when != nil && n.when.Node == name })
}

// withNames replaces the ids of requests in a text by the names of their nodes.
func withNames(text string, names map[string]string) string {
	for _, id := range slices.Sorted(maps.Keys(names)) {
		text = strings.ReplaceAll(text, "request "+id, "node "+names[id])
	}
	return text
}
