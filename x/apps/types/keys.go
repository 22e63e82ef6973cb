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
	// DigestsPrefix: (digest, height, app, version). Several versions may have one digest; the first key of a digest is
	// the one that the digest resolves to.
	DigestsPrefix = collections.NewPrefix(2)
)
