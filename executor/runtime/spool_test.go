package runtime

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A private file never touches the folder, not even for a moment: it is made although the folder does not exist. A file that is not
// private needs the folder.
func TestPrivateSpool(t *testing.T) {
	if _, err := newMemoryFile(); err != nil {
		t.Skip("this system has no files in memory: ", err)
	}
	folder := t.TempDir() + "/none"
	f, err := NewSpool(folder, true)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte("secret"), 3)
	require.NoError(t, err)
	_, err = NewSpool(folder, false)
	require.ErrorIs(t, err, os.ErrNotExist)
}
