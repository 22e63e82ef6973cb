package cmd

import (
	"path/filepath"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/syndtr/goleveldb/leveldb/filter"
	"github.com/syndtr/goleveldb/leveldb/opt"
)

const (
	// writeBuffer is how much of the application's database is kept in memory before it is written to a table, up to twice. The more there is, the
	// less often the database merges tables, which took 15 to 20 % of a busy node's processor time with goleveldb's own 4 MiB.
	writeBuffer = 32 << 20
	// bloomBits is the size of the filter that says which keys a table has not, by key. It is what the SDK sets.
	bloomBits = 10
)

// openDatabase opens the application's database of a node that starts. Other commands open the same files as the SDK does.
func openDatabase(home string, backend dbm.BackendType) (dbm.DB, error) {
	folder := filepath.Join(home, "data")
	if backend != dbm.GoLevelDBBackend {
		return dbm.NewDB("application", backend, folder)
	}
	return dbm.NewGoLevelDBWithOpts("application", folder, &opt.Options{Filter: filter.NewBloomFilter(bloomBits), WriteBuffer: writeBuffer})
}
