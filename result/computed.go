package result

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/credence-chain/credence/artifact"
)

// ComputedName is the name of the file in which an app of iExec names the part of its
// output that is the same everywhere.
const ComputedName = "computed.json"

// Deterministic returns the part of an output tree that enters the digest. Without a file
// ComputedName at the root this is everything. With one, it is the file or folder that
// "deterministic-output-path" names, under its path in the tree. computed.json itself and
// everything else is left out. outPrefixes are the absolute paths that the app may use for
// its output folder ("/out", "/iexec_out"). The path may be below one of them, as in apps of
// iExec, or relative to the folder.
//
// iExec's other key is "callback-data": bytes in hexadecimal digits after "0x". If it is the only one of the two keys, these bytes
// alone enter the digest. They enter it as a computed.json with nothing else in it, in one spelling. If there is also a path,
// callback-data is ignored like any other key.
//
// Errors wrap ErrComputed: the file is not a JSON object; it has neither key, or one twice; the bytes are not hexadecimal digits;
// or the path names nothing that the app wrote, an empty folder, the whole output by an empty path, or a place outside the output.
func Deterministic(files []File, outPrefixes ...string) ([]File, error) {
	for _, f := range files {
		if f.Path != ComputedName {
			continue
		}
		if f.Dir {
			return nil, fmt.Errorf("%w: it is a folder", ErrComputed)
		}
		data, err := artifact.ReadContent(f.Content)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrContent, f.Path, err)
		}
		keys, err := objectKeys(data)
		if err != nil {
			return nil, err
		}
		if callback, found := keys[callbackKey]; found && keys[pathKey] == nil {
			return callbackFile(callback)
		}
		target, err := computedTarget(keys, outPrefixes)
		if err != nil {
			return nil, err
		}
		kept := keepSubtree(files, target)
		if len(kept) == 0 {
			return nil, fmt.Errorf("%w: deterministic-output-path %.80q names neither a file nor a folder with something in it", ErrComputed, target)
		}
		return kept, nil
	}
	return files, nil
}

// SelectFilesBelow returns the part of an output tree that is in a folder, under its path in the tree, and leaves out the rest. It
// is for an app whose version declares on the chain that this folder is its result. If the path names a file, it returns the file.
// It returns ErrTree if there is nothing, because an app has to write the folder that it declares.
func SelectFilesBelow(files []File, folder string) ([]File, error) {
	kept := keepSubtree(files, folder)
	if len(kept) == 0 {
		return nil, fmt.Errorf("%w: nothing in %.80q, which is declared to be the result", ErrTree, folder)
	}
	return kept, nil
}

// The keys of computed.json that this package knows.
const (
	pathKey     = "deterministic-output-path"
	callbackKey = "callback-data"
)

// callbackFile returns the result of an app whose result is the bytes of a callback.
func callbackFile(raw json.RawMessage) ([]File, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, fmt.Errorf("%w: %s is %.40s, expected a string", ErrComputed, callbackKey, raw)
	}
	digits, found := strings.CutPrefix(text, "0x")
	data, err := hex.DecodeString(digits)
	if !found || err != nil {
		return nil, fmt.Errorf("%w: %s is %.80q, expected 0x and an even number of hexadecimal digits", ErrComputed, callbackKey, text)
	}
	return []File{{Path: ComputedName, Content: artifact.Bytes(encodeCallback(data))}}, nil
}

func computedTarget(keys map[string]json.RawMessage, outPrefixes []string) (string, error) {
	raw, ok := keys[pathKey]
	if !ok {
		return "", fmt.Errorf("%w: no key %s", ErrComputed, pathKey)
	}
	var target string
	if err := json.Unmarshal(raw, &target); err != nil {
		return "", fmt.Errorf("%w: deterministic-output-path is %.40s, expected a string", ErrComputed, raw)
	}
	return relativePath(target, outPrefixes)
}

// objectKeys reads one JSON object and refuses repeated keys, whose meaning would
// depend on the reader.
func objectKeys(data []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrComputed)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil, fmt.Errorf("%w: not a JSON object", ErrComputed)
	}
	keys := map[string]json.RawMessage{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%w: not a JSON object", ErrComputed)
		}
		key, _ := token.(string)
		if _, twice := keys[key]; twice {
			return nil, fmt.Errorf("%w: key %.40q occurs twice", ErrComputed, key)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("%w: value of %.40q is no JSON", ErrComputed, key)
		}
		keys[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%w: not a JSON object", ErrComputed)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: text after the JSON object", ErrComputed)
	}
	return keys, nil
}

func relativePath(target string, outPrefixes []string) (string, error) {
	rel := target
	if path.IsAbs(target) {
		rel = ""
		for _, prefix := range outPrefixes {
			if below, ok := strings.CutPrefix(target, strings.TrimRight(prefix, "/")+"/"); ok {
				rel = below
				break
			}
		}
	}
	rel = strings.TrimRight(rel, "/")
	if err := checkPath(rel); err != nil {
		return "", fmt.Errorf("%w: deterministic-output-path %.80q does not lie in the output folder", ErrComputed, target)
	}
	return rel, nil
}

// keepSubtree returns the file of that path, or the files in the folder of that path.
func keepSubtree(files []File, target string) (kept []File) {
	for _, f := range files {
		if f.Path == target && !f.Dir {
			return []File{f}
		}
		if strings.HasPrefix(f.Path, target+"/") {
			kept = append(kept, f)
		}
	}
	return kept
}
