package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Status is how far a node is.
type Status string

// What a node can be.
const (
	// Waiting: it has not begun.
	Waiting Status = "waiting"
	// Begun: it was or will be submitted under its nonce.
	Begun Status = "begun"
	// Done: all its results are here.
	Done Status = "done"
	// Skipped: its condition did not hold, or a node that it waits for was skipped.
	Skipped Status = "skipped"
	// Failed: it ended without all its results.
	Failed Status = "failed"
)

// State is what is known of a node.
type State struct {
	Status Status `json:"status"`
	// Nonce under which it is submitted: the chain takes it once.
	Nonce uint64 `json:"nonce,omitempty,string"`
	// Request by which it can be followed, once the chain has it.
	Request string `json:"request,omitempty"`
	// Exit status of a node of one task that is done.
	Exit uint32 `json:"exit"`
	// Paid in ucred.
	Paid uint64 `json:"paid,omitempty"`
	// Why it failed or was skipped.
	Why string `json:"why,omitempty"`
}

// Journal is what was begun of a workflow, in a file.
type Journal struct {
	// Definition is the digest of what is run, Chain the chain it runs on, and Out the folder of its results.
	Definition string           `json:"definition"`
	Chain      string           `json:"chain"`
	Out        string           `json:"out"`
	Nodes      map[string]State `json:"nodes"`

	path string
	mu   sync.Mutex
}

// ErrNoJournal says that nothing was begun.
var ErrNoJournal = errors.New("there is no journal")

// NewJournal makes a journal in a file that is not there yet.
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

// LoadJournal reads what was begun; ErrNoJournal where nothing was.
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

// Node is what is known of a node.
func (j *Journal) Node(name string) State {
	j.mu.Lock()
	defer j.mu.Unlock()
	s, known := j.Nodes[name]
	if !known {
		s.Status = Waiting
	}
	return s
}

// Set notes what is known of a node. When it returns without an error, the file has it.
func (j *Journal) Set(name string, s State) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.Nodes[name] = s
	return j.save()
}

// save puts a new file in the place of the old one.
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
		err = file.Sync() // a nonce that is lost after it was used would be paid twice
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(j.path+".part", j.path)
}
