package result

// LogPath is the path at which a worker serves the Log of a task. The task's id follows it.
const LogPath = "/logs/"

// MaxLogBytes bounds each of the two texts of a Log.
const MaxLogBytes = 16 << 10

// Log is a worker's copy of what an app printed. It is for runtimes where the printed text is no part of the answer, because two
// honest runs may print different things. Nothing proves that the copy is true.
type Log struct {
	// Task is the task's id, Attempt the attempt that the worker ran.
	Task    string `json:"task"`
	Attempt uint32 `json:"attempt"`
	// Stdout is the beginning of what the app printed to stdout, Stderr the end of what it printed to stderr; any bytes.
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	// Note is the runtime's explanation of a failure.
	Note string `json:"note,omitempty"`
}
