package result

import "errors"

// The names of the output folder that an app may use: the project's own, and iExec's.
const (
	OutFolder      = "/out"
	IexecOutFolder = "/iexec_out"
)

// Reasons why the output of an app is not a result although its run ended well. They are part of the answer.
const (
	// ReasonTooLarge: the output passes a limit of the format: the length of a path or a name, the number of entries, the
	// bytes of its manifest or of its files.
	ReasonTooLarge = "output-too-large"
	// ReasonInvalidOutput: the output has no manifest (a path that is not UTF-8), or nothing in the folder that the app's
	// version declares as its result.
	ReasonInvalidOutput = "invalid-output"
	// ReasonInvalidComputed: computed.json cannot be followed.
	ReasonInvalidComputed = "invalid-computed"
)

// Judge decides which of the files below an app's output folder are its result, and whether they make a valid one. outputPath is
// the folder that the app's version declares on the chain as its result. If it is empty, a computed.json at the root may name the
// part that counts; without one, everything counts. Judge does not read the other files. The returned files have a manifest, and
// come in its order, without folders that are not empty.
//
// A reason other than "" says why there is no result. The reason is then the app's answer. It depends only on what the app wrote,
// so it is the same on every machine. err describes the reason in more words, for people. An error without a reason wraps
// ErrContent: this machine cannot read what the app wrote, and there is no answer.
func Judge(files []File, outputPath string) (kept []File, reason string, err error) {
	kept, err = countedPart(files, outputPath)
	var m Manifest
	if err == nil {
		m, err = Build(KindResult, "", 0, kept)
	}
	switch {
	case err == nil:
		return inManifestOrder(m, kept), "", nil
	case errors.Is(err, ErrContent):
		return nil, "", err
	case errors.Is(err, ErrTooLarge):
		return nil, ReasonTooLarge, err
	case errors.Is(err, ErrComputed):
		return nil, ReasonInvalidComputed, err
	}
	return nil, ReasonInvalidOutput, err
}

// countedPart returns the part of the output that counts. A folder that the version declares on the chain is fixed for all its
// tasks, so a computed.json is then not read.
func countedPart(files []File, outputPath string) ([]File, error) {
	if outputPath != "" {
		return SelectFilesBelow(files, outputPath)
	}
	return Deterministic(files, OutFolder, IexecOutFolder)
}

// inManifestOrder returns the files that their manifest names, in its order.
func inManifestOrder(m Manifest, files []File) []File {
	byPath := make(map[string]File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	var out []File
	for _, e := range m.Entries {
		out = append(out, byPath[e.Path])
	}
	return out
}
