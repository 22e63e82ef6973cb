package secret_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/secret"
)

func TestParseIdentity(t *testing.T) {
	me := newIdentity(t)
	got, err := secret.ParseIdentity([]byte("# public key: " + me.Recipient().String() + "\n\n  " + me.String() + "\r\n"))
	require.NoError(t, err)
	require.Equal(t, me.String(), got.String())
	for _, bad := range []string{"", "# nothing else\n", "AGE-SECRET-KEY-1", me.Recipient().String(), "x\n" + me.String()} {
		_, err := secret.ParseIdentity([]byte(bad))
		require.ErrorIs(t, err, secret.ErrNoIdentity, bad)
	}
}
