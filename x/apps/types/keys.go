package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "apps"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// AppsPrefix: app -> App.
	AppsPrefix = collections.NewPrefix(0)
	// VersionsPrefix: (app, version) -> Version.
	VersionsPrefix = collections.NewPrefix(1)
	// DigestsPrefix: (digest, height, app, version). Several versions may have one digest; it resolves to the version of its first key.
	DigestsPrefix = collections.NewPrefix(2)
	// DatasetsPrefix: dataset -> Dataset.
	DatasetsPrefix = collections.NewPrefix(3)
	// DatasetVersionsPrefix: (dataset, version) -> DatasetVersion.
	DatasetVersionsPrefix = collections.NewPrefix(4)
	// DatasetDigestsPrefix: (digest, height, dataset, version), as DigestsPrefix.
	DatasetDigestsPrefix = collections.NewPrefix(5)
	// AppsByOwnerPrefix: (owner, app).
	AppsByOwnerPrefix = collections.NewPrefix(6)
	// DatasetsByOwnerPrefix: (owner, dataset).
	DatasetsByOwnerPrefix = collections.NewPrefix(7)
)
