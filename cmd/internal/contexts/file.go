package contexts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/credence-chain/credence/internal/cli"
)

// File is the file with a user's contexts.
type File struct {
	path string
	// Current is the name of the context in use; "" stands for the devnet's.
	Current string `json:"current,omitempty"`
	// Contexts holds the contexts by name.
	Contexts map[string]Context `json:"contexts,omitempty"`
}

// Path returns the path of the file with the user's contexts: credence/contexts.yaml in the user's configuration folder.
func Path() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", &cli.Problem{What: "the folder for contexts is not known: " + err.Error(), Next: "set XDG_CONFIG_HOME to a folder", Err: err}
	}
	return filepath.Join(folder, "credence", "contexts.yaml"), nil
}

// Load reads the user's contexts. Without a file there are none.
func Load() (*File, error) {
	path, err := Path()
	if err != nil {
		return nil, err
	}
	f := &File{path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = yaml.UnmarshalStrict(data, f)
	}
	if err == nil && f.Current != "" {
		_, err = f.find("current", f.Current)
	}
	if err != nil {
		return nil, &cli.Problem{What: fmt.Sprintf("%s: %s", path, err), Next: "mend the file, or remove it and add its contexts again", Err: err}
	}
	return f, nil
}

// Save writes the file completely or not at all.
func (f *File) Save() error {
	data, err := yaml.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(f.path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(f.path+".new", f.path)
}
