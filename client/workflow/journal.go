package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Status says how far a node is.
type Status string

// The statuses of a node.
const (
	// Waiting: it has not begun.
	Waiting Status = "waiting"
	// Begun: its nonce is in the journal, and its job is submitted, or will be, under this nonce.
	Begun Status = "begun"
	// Done: it ended with all its results.
	Done Status = "done"
	// Skipped: its condition did not hold, or a node that it waits for was skipped.
	Skipped Status = "skipped"
	// Failed: it ended without all its results.
	Failed Status = "failed"
)

// State is what the journal has of a node.
type State struct {
	Status Status `json:"status"`
	// Nonce under which its job is submitted: the chain takes only one request under it.
	Nonce uint64 `json:"nonce,omitempty,string"`
	// Request is the id of its request, once the chain has it.
	Request string `json:"request,omitempty"`
	// Exit status of a node of one task that is done.
	Exit uint32 `json:"exit"`
	// Paid is what its tasks cost, in ucred.
	Paid uint64 `json:"paid,omitempty"`
	// Why says why the node failed or was skipped.
	Why string `json:"why,omitempty"`
}

// Journal keeps the states of a workflow's nodes in a file.
type Journal struct {
	// Definition is the digest of the workflow's definition, Chain the id of its chain, Out the folder of its results.
	Definition string           `json:"definition"`
	Chain      string           `json:"chain"`
	Out        string           `json:"out"`
	Nodes      map[string]State `json:"nodes"`

	path string
	mu   sync.Mutex
}

// ErrNoJournal says that there is no journal, so that nothing was begun.
var ErrNoJournal = errors.New("there is no journal")

// NewJournal makes a journal in a new file. It is an error if the file exists.
func NewJournal(path, definition, chain, out string) (*Journal, error) {
	j := &Journal{Definition: definition, Chain: chain, Out: out, Nodes: map[string]State{}, path: path}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	return j, j.save()
}

// LoadJournal reads a journal. The error wraps ErrNoJournal if there is none.
func LoadJournal(path string) (*Journal, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoJournal, path)
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path}
	if err := json.Unmarshal(data, j); err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	if j.Nodes == nil {
		j.Nodes = map[string]State{}
	}
	return j, nil
}

// Node returns the state of a node.
func (j *Journal) Node(name string) State {
	j.mu.Lock()
	defer j.mu.Unlock()
	s, known := j.Nodes[name]
	if !known {
		s.Status = Waiting
	}
	return s
}

// Set sets the state of a node. If it returns no error, the state is on disk.
func (j *Journal) Set(name string, s State) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.Nodes[name] = s
	return j.save()
}

// save replaces the file by a new one.
func (j *Journal) save() error {
	data, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(j.path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	if err == nil {
		err = file.Sync() // if a nonce were lost after its use, the job would be submitted and paid again
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(j.path+".part", j.path)
}
