package artifact

import "errors"

// The errors of blobs. Every error of this package wraps one of these or a context's error.
// So a caller can tell an absent input, which is the requester's fault, from a fault of the
// worker's own machine, which is a reason to abstain.
var (
	// ErrDigest says that a text is not a digest.
	ErrDigest = errors.New("invalid digest")
	// ErrNotFound says that all servers that were asked have answered, and none has the blob.
	ErrNotFound = errors.New("blob not found")
	// ErrCorrupted says that the received bytes do not hash to the blob's digest.
	ErrCorrupted = errors.New("blob corrupted")
	// ErrTooLarge says that a blob is larger than the limit that the caller gave.
	ErrTooLarge = errors.New("blob too large")
	// ErrUnreachable says that no server answered in time, so the blob may exist.
	ErrUnreachable = errors.New("no source of the blob reachable")
	// ErrQuota says that the local store is full.
	ErrQuota = errors.New("artifact store quota exceeded")
	// ErrRefused says that a server declined an upload (token, size or digest).
	ErrRefused = errors.New("upload refused")
)
