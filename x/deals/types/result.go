package types

// TaskResult is what a callback is told of a task that ended.
type TaskResult struct {
	Task string
	// Index of the task in the request's bag.
	Index uint64
	// Ending in the protocol's words, such as "ACCEPTED".
	Ending string
	// Kind of the answer, such as "RESULT" or "APP_FAILED".
	Kind string
	// Digest of the result's manifest, 32 bytes.
	Digest []byte
	// Fuel used.
	Fuel uint64
	// Onchain are the bytes of the file that the job wanted on chain; nil where no seat brought them.
	Onchain []byte
}
