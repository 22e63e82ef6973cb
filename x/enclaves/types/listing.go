package types

// Listing says which measurements of enclaves a deal accepts: those that the app's version lists or, if it lists none, those that
// the council listed for the runtime.
type Listing struct {
	Runtime      string
	Measurements []string
}
