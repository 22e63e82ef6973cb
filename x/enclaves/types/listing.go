package types

// Listing is what a deal says of the enclaves whose word counts: the measurements that the app's version lists, or where it lists none
// those that the council listed for its runtime.
type Listing struct {
	Runtime      string
	Measurements []string
}
