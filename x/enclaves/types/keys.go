package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "enclaves"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// ParamsHeightKey holds the height at which the parameters were last changed.
	ParamsHeightKey = collections.NewPrefix(1)
	// MeasurementsPrefix: id -> Measurement.
	MeasurementsPrefix = collections.NewPrefix(2)
	// ImagesPrefix: (runtime, measurement) -> Image.
	ImagesPrefix = collections.NewPrefix(3)
	// MachinesPrefix: id -> Machine.
	MachinesPrefix = collections.NewPrefix(4)
	// SessionsPrefix: (worker, key) -> Session.
	SessionsPrefix = collections.NewPrefix(5)
	// FreezesPrefix: subject -> Freeze.
	FreezesPrefix = collections.NewPrefix(6)
	// VotesPrefix: (subject, org id) -> FreezeVote.
	VotesPrefix = collections.NewPrefix(7)
	// EditionsPrefix: family -> Edition.
	EditionsPrefix = collections.NewPrefix(8)
	// TdxPrefix: family -> TdxCollateral.
	TdxPrefix = collections.NewPrefix(9)
	// SnpPrefix: product -> SnpCollateral.
	SnpPrefix = collections.NewPrefix(10)
	// ConvictionsPrefix: (measurement, organisation) -> Conviction.
	ConvictionsPrefix = collections.NewPrefix(11)
)
