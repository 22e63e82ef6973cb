package result

import "errors"

// Errors of this package wrap one of these. ErrTree, ErrTooLarge and ErrComputed are caused
// by the files of the app, so every honest worker gets the same one. They lead to an
// APP_FAILED outcome, and are never a reason to abstain.
var (
	// ErrTree says that a result tree cannot be described: a bad path, a duplicate, a
	// file where a folder is needed.
	ErrTree = errors.New("invalid result tree")
	// ErrTooLarge says that a tree passes one of the limits of the format.
	ErrTooLarge = errors.New("result too large")
	// ErrComputed says that computed.json is not usable.
	ErrComputed = errors.New("invalid computed.json")
	// ErrOutcome says that there is no manifest for this kind or reason.
	ErrOutcome = errors.New("invalid outcome")
	// ErrManifest says that bytes are not a canonical manifest.
	ErrManifest = errors.New("invalid result manifest")
	// ErrMismatch says that files and manifest do not belong together.
	ErrMismatch = errors.New("files do not match the manifest")
)
