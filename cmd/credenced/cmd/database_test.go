package cmd

import (
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"
)

// TestDatabase: what a node writes is where other commands look for it, with each backend.
func TestDatabase(t *testing.T) {
	for _, backend := range []dbm.BackendType{dbm.GoLevelDBBackend, dbm.PebbleDBBackend} {
		home := t.TempDir()
		db, err := openDatabase(home, backend)
		require.NoError(t, err)
		require.NoError(t, db.SetSync([]byte("key"), []byte("value")))
		require.NoError(t, db.Close())
		db, err = dbm.NewDB("application", backend, home+"/data")
		require.NoError(t, err)
		value, err := db.Get([]byte("key"))
		require.NoError(t, err)
		require.Equal(t, "value", string(value))
		require.NoError(t, db.Close())
	}
	_, err := openDatabase(t.TempDir(), "paper")
	require.ErrorContains(t, err, "paper")
}
