package artifact

import "errors"

// What can go wrong with a blob. Every error of this package wraps one of these or a
// context's error, so that a caller can tell an absent input (the requester's concern)
// from a worker's own trouble (a reason to abstain).
var (
	// ErrDigest says that a text is not a digest.
	ErrDigest = errors.New("invalid digest")
	// ErrNotFound says that whoever was asked answered, and has no such blob.
	ErrNotFound = errors.New("blob not found")
	// ErrCorrupted says that bytes came which do not hash to their name.
	ErrCorrupted = errors.New("blob corrupted")
	// ErrTooLarge says that a blob passes the size limit its caller gave.
	ErrTooLarge = errors.New("blob too large")
	// ErrUnreachable says that nobody gave an answer in time: absence is not known.
	ErrUnreachable = errors.New("no source of the blob reachable")
	// ErrQuota says that the local store is full.
	ErrQuota = errors.New("artifact store quota exceeded")
	// ErrRefused says that a server declined an upload (token, size or digest).
	ErrRefused = errors.New("upload refused")
)
