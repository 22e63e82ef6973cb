package client

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
)

// sealedReport returns the report of a task whose sealed answer was downloaded into a folder, and the identity that opens it.
func sealedReport(t *testing.T, files ...result.File) (*TaskReport, *age.X25519Identity) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	m, err := result.Build(result.KindResult, "", 0, files)
	require.NoError(t, err)
	outer, sealed, err := secret.SealAnswer(m, files, nil, [32]byte{1}, identity.Recipient().String())
	require.NoError(t, err)
	dir := t.TempDir()
	r, err := sealed[0].Content.Open()
	require.NoError(t, err)
	defer r.Close()
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, secret.AnswerFile), data, 0o600))
	return &TaskReport{Dir: dir, Files: []string{secret.AnswerFile}, sealed: secret.IsSealed(outer)}, identity
}

// TestOpenSealed: with the identity of the recipient, the files lie beside the sealed answer, and the report names them. A second time
// changes nothing, because a run that is stopped goes on with what is there.
func TestOpenSealed(t *testing.T) {
	files := []result.File{{Path: "a/report.txt", Content: artifact.Bytes("three lines")}, {Path: "b", Content: artifact.Bytes("x")}}
	report, identity := sealedReport(t, files...)
	for range 2 {
		require.NoError(t, OpenSealed(t.Context(), report, identity))
		require.Equal(t, []string{"a/report.txt", "b"}, report.Files)
		got, err := os.ReadFile(filepath.Join(report.Dir, "a/report.txt"))
		require.NoError(t, err)
		require.Equal(t, "three lines", string(got))
		require.FileExists(t, filepath.Join(report.Dir, secret.AnswerFile))
	}
}

// TestOpenSealedRefuses: another identity, a sealed answer that was changed, and an answer that would take the name of the sealed file
// write no file. Without an identity, and for an answer that is not sealed, nothing is opened.
func TestOpenSealedRefuses(t *testing.T) {
	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	plain := result.File{Path: "out", Content: artifact.Bytes("text")}
	for name, tc := range map[string]struct {
		file     result.File
		malleate func(*TaskReport, *[]age.Identity)
		words    string // of the error; empty for none
	}{
		"another identity": {plain, func(_ *TaskReport, list *[]age.Identity) { *list = []age.Identity{other} }, "does not open"},
		"a changed answer": {plain, func(r *TaskReport, _ *[]age.Identity) {
			path := filepath.Join(r.Dir, secret.AnswerFile)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			data[len(data)-1] ^= 1
			require.NoError(t, os.WriteFile(path, data, 0o600))
		}, "does not open"},
		"the sealed file's name": {result.File{Path: secret.AnswerFile, Content: artifact.Bytes("x")}, func(*TaskReport, *[]age.Identity) {}, "does not open"},
		"no identity":            {plain, func(_ *TaskReport, list *[]age.Identity) { *list = nil }, ""},
		"not sealed":             {plain, func(r *TaskReport, _ *[]age.Identity) { r.sealed = false }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			report, identity := sealedReport(t, tc.file)
			identities := []age.Identity{identity}
			tc.malleate(report, &identities)
			err := OpenSealed(context.Background(), report, identities...)
			if tc.words == "" {
				require.NoError(t, err)
			} else {
				var e *Error
				require.ErrorAs(t, err, &e)
				require.ErrorContains(t, err, tc.words)
			}
			require.Equal(t, []string{secret.AnswerFile}, report.Files)
			require.NoFileExists(t, filepath.Join(report.Dir, "out"))
		})
	}
}
