// Package workflow runs graphs of jobs: nodes are jobs, edges are their results. It knows nothing of flags and files of
// definitions; whoever has those makes a Graph of them. What was begun is kept in a journal, so that a client that was killed goes on
// where it was. Dependencies are released by this client: while it does not run, no further node begins.
package workflow

import (
	"fmt"
	"slices"
	"strings"
)

// Node is a job and what it waits for.
type Node struct {
	// Name of the node; its results lie in a folder of this name.
	Name string
	// After are the nodes that have to be done first: those whose results it reads, and those that it waits for.
	After []string
	// When is the condition on which it runs; nil for always.
	When *Condition
}

// Condition is one on how another node of one task ended.
type Condition struct {
	// Node whose end decides; it is waited for.
	Node string
	// Exit statuses with which the node runs. The other node has to take them for successes.
	Exit []uint32
}

// Holds says whether a node that ended so lets the condition's node run.
func (c *Condition) Holds(exit uint32) bool { return c == nil || slices.Contains(c.Exit, exit) }

// Graph is a workflow.
type Graph struct {
	Name  string
	Nodes []Node
}

// waits are all nodes that a node waits for, each once.
func (n Node) waits() []string {
	out := slices.Clone(n.After)
	if n.When != nil && !slices.Contains(out, n.When.Node) {
		out = append(out, n.When.Node)
	}
	return out
}

// Order gives the names of the nodes so that each comes after those that it waits for, in the order of the definition otherwise. An
// error names the node that waits for itself, or for one that is not there.
func (g Graph) Order() ([]string, error) {
	nodes := map[string]Node{}
	for _, n := range g.Nodes {
		if _, twice := nodes[n.Name]; twice {
			return nil, fmt.Errorf("node %s is there twice", n.Name)
		}
		nodes[n.Name] = n
	}
	const begun, done = 1, 2
	var order, path []string
	state := map[string]int{}
	var visit func(name string) error
	visit = func(name string) error {
		path = append(path, name)
		defer func() { path = path[:len(path)-1] }()
		switch state[name] {
		case begun:
			return fmt.Errorf("nodes wait for each other: %s", strings.Join(path[slices.Index(path, name):], " waits for "))
		case done:
			return nil
		}
		state[name] = begun
		for _, of := range nodes[name].waits() {
			if _, known := nodes[of]; !known {
				return fmt.Errorf("node %s waits for %s, and there is no such node", name, of)
			}
			if err := visit(of); err != nil {
				return err
			}
		}
		state[name] = done
		order = append(order, name)
		return nil
	}
	for _, n := range g.Nodes {
		if err := visit(n.Name); err != nil {
			return nil, err
		}
	}
	return order, nil
}
