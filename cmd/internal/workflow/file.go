package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/internal/cli"
)

// definition is a workflow, as its file states it.
type definition struct {
	name   string
	path   string // absolute path of the file
	digest string // digest of the file's content
	nodes  []node
}

// wrongFile returns an error about the file.
func wrongFile(path, format string, args ...any) error {
	return &cli.Problem{What: fmt.Sprintf("%s: %s", path, fmt.Sprintf(format, args...)), Next: "docs/workflows.md says what a workflow has", Exit: cli.ExitUsage}
}

// readDefinition reads a file and checks what can be checked in the file alone: its fields, names, edges and flags.
func readDefinition(path string) (*definition, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &cli.Problem{What: fmt.Sprintf("the workflow can't be read: %v", err), Exit: cli.ExitUsage, Err: err}
	}
	text, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, wrongFile(path, "%v", err)
	}
	var f struct {
		Name     string           `json:"name"`
		Defaults map[string]any   `json:"defaults"`
		Nodes    []map[string]any `json:"nodes"`
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, wrongFile(path, "%s; expected name, defaults and nodes", explainShape(err))
	}
	if len(f.Nodes) == 0 {
		return nil, wrongFile(path, "nodes: missing, expected a list of at least one")
	}
	d := &definition{name: f.Name, digest: artifact.Sum(data).String()}
	if d.path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if d.name == "" {
		d.name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	defaults, err := readFlags(f.Defaults)
	if err != nil {
		return nil, wrongFile(path, "defaults: %v", err)
	}
	for i, fields := range f.Nodes {
		n, err := readNode(fields, defaults)
		if err != nil {
			name := n.name
			if name == "" {
				name = fmt.Sprintf("%d", i+1)
			}
			return nil, wrongFile(path, "node %s: %v", name, err)
		}
		d.nodes = append(d.nodes, n)
	}
	if _, err := d.graph().Order(); err != nil {
		return nil, wrongFile(path, "%v", err)
	}
	return d, nil
}

// explainShape says in the words of the file what a value is and what was expected, where the decoder names types of Go.
func explainShape(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	got := map[string]string{"array": "a list", "object": "a mapping", "string": "a text", "bool": "true or false"}[wrong.Value]
	if got == "" { // "number", or "number 5"
		got = "a number"
	}
	switch kind := wrong.Type.Kind(); {
	case wrong.Field == "":
		return "the file is " + got + ", expected a mapping"
	case kind == reflect.String:
		return fmt.Sprintf("%s: got %s, expected a text", wrong.Field, got)
	case kind == reflect.Slice:
		return fmt.Sprintf("%s: got %s, expected a list of nodes", wrong.Field, got)
	}
	return fmt.Sprintf("%s: got %s, expected a mapping", wrong.Field, got)
}

// graph returns which node waits for which.
func (d *definition) graph() workflow.Graph {
	g := workflow.Graph{Name: d.name}
	for _, n := range d.nodes {
		after := slices.Clone(n.reads)
		for _, of := range n.after {
			if !slices.Contains(after, of) {
				after = append(after, of)
			}
		}
		g.Nodes = append(g.Nodes, workflow.Node{Name: n.name, After: after, When: n.when})
	}
	return g
}

// find returns the node of a name.
func (d *definition) find(name string) node {
	return d.nodes[slices.IndexFunc(d.nodes, func(n node) bool { return n.name == name })]
}

// explainAs adds to an error what it is about.
func explainAs(about string, err error) error {
	if err == nil {
		return nil
	}
	err = cli.Explain(err)
	p := &cli.Problem{What: fmt.Sprintf("%s: %v", about, err), Exit: cli.ExitStatus(err), Err: err}
	if known, is := err.(*cli.Problem); is {
		p.What, p.Next, p.Exit = fmt.Sprintf("%s: %s", about, known.What), known.Next, known.Exit
	}
	return p
}
