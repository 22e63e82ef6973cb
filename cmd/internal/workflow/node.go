package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/cmd/internal/run"
	"github.com/credence-chain/credence/internal/steps"
)

// This file reads a node of a workflow's file. A node has a few fields of its own (name, app, args, after, when). Every other field is a flag of
// "run", and ParseJob reads it: so a node can do whatever "run" can, and a new flag of "run" works in workflows at once. @NODE in a flag
// that names files stands for the results of another node and makes an edge of the graph. A part of a job that does not depend on such
// results is checked before anything runs (known).

// node is one node of the workflow, as the file states it.
type node struct {
	name, app string
	args      []string
	flags     map[string][]string // flags of "run", by name
	after     []string            // in the order of the file
	when      *workflow.Condition
	reads     []string // nodes whose results it reads
}

var (
	nodeName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	// resultOf matches @NODE in a flag that names files. It stands for the folder with the results of that node.
	resultOf = regexp.MustCompile(`(^|=)@([a-z][a-z0-9_-]*)`)
)

// fileFlags are the flags whose values name files. In them @NODE has a meaning.
var fileFlags = []string{"input", "map", "stdin", "dataset"}

// readNode reads a node. A field that is no word of workflows is a flag of "run".
func readNode(given map[string]any, defaults map[string][]string) (node, error) {
	r := &nodeReader{fields: maps.Clone(given)}
	err := steps.Run(
		func() error { return r.takeOne("name", &r.node.name) },
		r.checkName,
		func() error { return r.takeOne("app", &r.node.app) },
		func() error { return r.take("args", &r.node.args) },
		func() error { return r.take("after", &r.node.after) },
		r.takeCondition,
		func() error { return r.takeFlags(defaults) },
	)
	r.findReads()
	return r.node, err
}

// nodeReader holds a node while it is read, and the fields that have not been read yet.
type nodeReader struct {
	node   node
	fields map[string]any
}

// take reads a field as a list of texts. The field may be missing.
func (r *nodeReader) take(key string, into *[]string) (err error) {
	value, given := r.fields[key]
	delete(r.fields, key)
	if given {
		*into, err = flagTexts(key, value)
	}
	return err
}

// takeOne reads a field as one text.
func (r *nodeReader) takeOne(key string, into *string) error {
	var list []string
	if err := r.take(key, &list); err != nil {
		return err
	}
	if len(list) != 1 {
		return fmt.Errorf("%s: missing, expected one text", key)
	}
	*into = list[0]
	return nil
}

// checkName checks the node's name. It forgets an invalid name, so that errors name the node by its number.
func (r *nodeReader) checkName() error {
	name := r.node.name
	if nodeName.MatchString(name) {
		return nil
	}
	r.node.name = ""
	return fmt.Errorf("name %q: expected a letter of a-z, and then up to 31 of a-z, 0-9, \"-\" and \"_\"", name)
}

func (r *nodeReader) takeCondition() (err error) {
	r.node.when, err = readCondition(r.fields["when"])
	delete(r.fields, "when")
	return err
}

// takeFlags reads the remaining fields as flags. They override the defaults.
func (r *nodeReader) takeFlags(defaults map[string][]string) error {
	own, err := readFlags(r.fields)
	if err != nil {
		return err
	}
	r.node.flags = maps.Clone(defaults)
	maps.Copy(r.node.flags, own)
	return nil
}

// findReads finds the nodes whose results the flags name.
func (r *nodeReader) findReads() {
	for _, flag := range fileFlags {
		for _, value := range r.node.flags[flag] {
			for _, found := range resultOf.FindAllStringSubmatch(value, -1) {
				if !slices.Contains(r.node.reads, found[2]) {
					r.node.reads = append(r.node.reads, found[2])
				}
			}
		}
	}
}

// readCondition reads "when": another node, and the exit statuses of that node with which this node runs.
func readCondition(value any) (*workflow.Condition, error) {
	if value == nil {
		return nil, nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var c workflow.Condition
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil || c.Node == "" || len(c.Exit) == 0 {
		return nil, fmt.Errorf("when: expected a node and a list of exit statuses, such as {node: check, exit: [10]}")
	}
	return &c, nil
}

// readFlags reads flags by name. A list gives a flag several times.
func readFlags(fields map[string]any) (map[string][]string, error) {
	known := run.NewFlags()
	out := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if known.Lookup(key) == nil {
			return nil, fmt.Errorf("%s: neither a word of workflows (name, app, args, after, when) nor a flag of credence run", key)
		}
		list, err := flagTexts(key, fields[key])
		if err != nil {
			return nil, err
		}
		out[key] = list
	}
	return out, nil
}

// flagTexts returns a value as the texts that a flag takes.
func flagTexts(key string, value any) ([]string, error) {
	switch v := value.(type) {
	case string:
		return []string{v}, nil
	case json.Number:
		return []string{v.String()}, nil
	case bool:
		return []string{fmt.Sprint(v)}, nil
	case []any:
		var out []string
		for _, item := range v {
			if _, list := item.([]any); list {
				return nil, fmt.Errorf("%s: a list in a list, expected texts", key)
			}
			one, err := flagTexts(key, item)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: expected a text, a number, true or false, or a list of them", key)
}

// job returns the node's job. Results of other nodes are in folders below out.
func (n node) job(out string) (client.Job, *jobflags.Table, error) {
	flags := maps.Clone(n.flags)
	for _, flag := range fileFlags {
		var values []string
		for _, value := range flags[flag] {
			values = append(values, resultOf.ReplaceAllStringFunc(value, func(found string) string {
				before, name, _ := strings.Cut(found, "@")
				return before + filepath.Join(out, name)
			}))
		}
		if len(values) > 0 {
			flags[flag] = values
		}
	}
	job, table, err := run.ParseJob(n.app, flags, n.args)
	return job, table, n.explain(err)
}

// known returns the part of the node's job that can be checked before other nodes have run. It leaves out what the node reads of their
// results, and then sets open.
func (n node) known() (job client.Job, open bool, err error) {
	flags := maps.Clone(n.flags)
	for _, name := range fileFlags {
		var values []string
		for _, value := range flags[name] {
			if resultOf.MatchString(value) {
				open = true
				continue
			}
			values = append(values, value)
		}
		if flags[name] = values; len(values) == 0 {
			delete(flags, name)
		}
	}
	job, _, err = run.ParseJob(n.app, flags, n.args)
	return job, open, n.explain(err)
}

// explain adds to an error which node it is about.
func (n node) explain(err error) error { return explainAs("node "+n.name, err) }
