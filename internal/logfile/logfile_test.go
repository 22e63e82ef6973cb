package logfile

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, args ...string) (Options, error) {
	t.Helper()
	f := pflag.NewFlagSet("x", pflag.ContinueOnError)
	AddFlags(f)
	require.NoError(t, f.Parse(args))
	v := viper.New()
	require.NoError(t, v.BindPFlags(f))
	return ReadOptions(v)
}

// Five times the largest size is written. The log then lies in the file and in as many old files as are kept. Each is within the size
// and readable by its owner alone. The last line is in the file.
func TestOldFilesGo(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(folder, "node.log")
	o, err := read(t, "--log-file", path, "--log-file-size", "1", "--log-file-keep", "2")
	require.NoError(t, err)
	w := o.Writer(io.Discard)
	line := append(bytes.Repeat([]byte("x"), 1023), '\n')
	for range 5 * 1024 {
		_, err := w.Write(line)
		require.NoError(t, err)
		time.Sleep(time.Microsecond)
	}
	_, err = w.Write([]byte("the end\n"))
	require.NoError(t, err)
	require.NoError(t, w.(io.Closer).Close())
	require.Eventually(t, func() bool {
		files, err := os.ReadDir(folder)
		return err == nil && len(files) == 3
	}, 30*time.Second, 10*time.Millisecond)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		require.LessOrEqual(t, info.Size(), int64(1<<20))
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), f.Name())
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(text, []byte("the end\n")))
}

func TestWithoutAFile(t *testing.T) {
	o, err := read(t)
	require.NoError(t, err)
	var out bytes.Buffer
	require.Same(t, &out, o.Writer(&out))
	for flag, why := range map[string]string{"--log-file-size=0": "--log-file-size: got 0", "--log-file-keep=-1": "--log-file-keep: got -1", "--log-file-size=9999999": "expected 1 to"} {
		_, err := read(t, "--log-file", "x", flag)
		require.ErrorContains(t, err, why)
	}
}
