package agent

import (
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
)

// TestIdentityFitsTheRecipient: an identity that would not open what a job seals is refused before the job is sent. The error names the
// recipient that fits.
func TestIdentityFitsTheRecipient(t *testing.T) {
	path := filepath.Join(t.TempDir(), "me.key")
	mine, err := makeIdentity(path, "")
	require.NoError(t, err)
	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		path, recipient string
		opens           int
		refused         bool
	}{
		"none":              {"", other.Recipient().String(), 0, false},
		"it fits":           {path, mine.Recipient().String(), 1, false},
		"another recipient": {path, other.Recipient().String(), 0, true},
		"nothing is sealed": {path, "", 0, true},
		"there is no such":  {path + "x", mine.Recipient().String(), 0, true},
		"a file of no keys": {filepath.Dir(path), mine.Recipient().String(), 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := (&IdentityFlag{tc.path}).ReadFor(tc.recipient, "")
			require.Equal(t, tc.refused, err != nil, "%v", err)
			require.Len(t, got, tc.opens)
		})
	}
}
