// Package autocli has the parts that the modules' descriptions of their commands share.
package autocli

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// ExampleAccount and ExampleID are used in the examples of commands.
const (
	ExampleAccount = "cred1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc557u83x"
	ExampleID      = "3f2a5c0e9d8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f"
)

// Args returns the descriptors of the fields of a message that a command takes as arguments, in their order.
func Args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return out
}

// Usages returns the help texts of a command's flags. It takes pairs of a field's name and a sentence.
func Usages(pairs ...string) map[string]*autocliv1.FlagOptions {
	out := make(map[string]*autocliv1.FlagOptions, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = &autocliv1.FlagOptions{Usage: pairs[i+1]}
	}
	return out
}
