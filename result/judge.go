package result

import "errors"

// Folders by which an app knows its output: ours, and iExec's.
const (
	OutFolder      = "/out"
	IexecOutFolder = "/iexec_out"
)

// Reasons of an app whose run ended well and whose output is no result. They are part of the answer.
const (
	// ReasonTooLarge: the output passes a limit of the format: the length of a path or a name, the number of entries, the
	// bytes of its manifest or of its files.
	ReasonTooLarge = "output-too-large"
	// ReasonInvalidOutput: the output has no manifest (a path that is not UTF-8), or nothing in the folder that the app's
	// version declares as its result.
	ReasonInvalidOutput = "invalid-output"
	// ReasonInvalidComputed: computed.json can not be followed.
	ReasonInvalidComputed = "invalid-computed"
)

// Judge is the law of results: it says of what an app left below its output folder which files are its result, and
// whether they are one. outputPath is the folder that the app's version declares on the chain, empty for none; then a
// computed.json at the root may say which part counts, and everything does without one. What does not count is not looked
// at. The files come back in the order of the manifest, without folders that hold something; whatever comes back has a
// manifest.
//
// A reason other than "" says why there is no result, which is the app's answer: it depends on what the app wrote alone,
// so that it is the same on every machine. err tells people the same in more words. An error without a reason wraps
// ErrContent: this machine cannot read what the app wrote, and there is no answer.
func Judge(files []File, outputPath string) (kept []File, reason string, err error) {
	kept, err = counted(files, outputPath)
	var m Manifest
	if err == nil {
		m, err = Build(KindResult, "", 0, kept)
	}
	switch {
	case err == nil:
		return named(m, kept), "", nil
	case errors.Is(err, ErrContent):
		return nil, "", err
	case errors.Is(err, ErrTooLarge):
		return nil, ReasonTooLarge, err
	case errors.Is(err, ErrComputed):
		return nil, ReasonInvalidComputed, err
	}
	return nil, ReasonInvalidOutput, err
}

// counted is the part of the output that counts. What the version declares on the chain is fixed for all its tasks and
// leaves nothing to say for a computed.json.
func counted(files []File, outputPath string) ([]File, error) {
	if outputPath != "" {
		return Below(files, outputPath)
	}
	return Deterministic(files, OutFolder, IexecOutFolder)
}

// named gives the files that a manifest of theirs names, in its order.
func named(m Manifest, files []File) []File {
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
