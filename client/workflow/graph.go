// Package workflow runs graphs of jobs: a node is a job, and an edge is a result of one job that another reads. It does not read flags
// or definition files; its callers make a Graph of them. A journal keeps what was begun, so that a client that was killed can go on.
// The client itself begins each node once the nodes before it are done: while the client does not run, no further node begins.
package workflow

import (
	"fmt"
	"slices"
	"strings"
)

// Node is a job, and the nodes that it waits for.
type Node struct {
	// Name of the node. Its results are in a folder of this name.
	Name string
	// After are the nodes that must be done first: those whose results it reads, and others.
	After []string
	// When is the condition under which the node runs; nil means always.
	When *Condition
}

// Condition is a condition on the exit status of another node, which must be a job of one task.
type Condition struct {
	// Node is the name of the other node. The node with the condition waits for it.
	Node string
	// Exit are the exit statuses with which the condition holds. The job of the other node must take them as successes.
	Exit []uint32
}

// Holds says whether the condition holds for an exit status.
func (c *Condition) Holds(exit uint32) bool { return c == nil || slices.Contains(c.Exit, exit) }

// Graph is a workflow.
type Graph struct {
	Name  string
	Nodes []Node
}

// waits returns all nodes that a node waits for, each once.
func (n Node) waits() []string {
	out := slices.Clone(n.After)
	if n.When != nil && !slices.Contains(out, n.When.Node) {
		out = append(out, n.When.Node)
	}
	return out
}

// Order returns the names of the nodes, each after those that it waits for, and otherwise in the order of the definition. The error
// names nodes that wait for each other, or a node that waits for one that does not exist.
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
