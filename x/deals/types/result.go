package types

// TaskResult tells a callback how a task ended.
type TaskResult struct {
	Task string
	// Index of the task in the request's bag.
	Index uint64
	// Ending is one of the protocol's, such as "ACCEPTED".
	Ending string
	// Kind of the answer, such as "RESULT" or "APP_FAILED".
	Kind string
	// Digest of the result's manifest, 32 bytes.
	Digest []byte
	// Fuel used.
	Fuel uint64
	// Onchain has the bytes of the file that the job wanted on chain; nil when no seat revealed them.
	Onchain []byte
}
