package result

// LogPath is where a worker serves the Log of a task, with the task's id behind it.
const LogPath = "/logs/"

// MaxLogBytes bounds each of the two texts of a Log.
const MaxLogBytes = 16 << 10

// Log is what a worker says that an app printed, where that is no part of the answer because two honest runs may print
// different things. Nothing attests it.
type Log struct {
	// Task by id, and the Attempt that the worker ran.
	Task    string `json:"task"`
	Attempt uint32 `json:"attempt"`
	// Stdout is the beginning of what it printed there, Stderr the end; any bytes.
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	// Note is what the runtime added about a failure.
	Note string `json:"note,omitempty"`
}
