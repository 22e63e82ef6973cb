package receipt

import (
	"bytes"

	ics23 "github.com/cosmos/ics23/go"
)

// checkProof checks a record against the app hash of a header.
func (r Record) checkProof(what, store string, key, appHash []byte) error {
	inStore, err := readProof(what+".proof", r.Proof)
	if err != nil {
		return err
	}
	if got := inStore.GetExist().Key; !bytes.Equal(got, key) {
		return newRefusal(ReasonProof, "%s: the proof is of the key %x, expected %x: it is that of something else", what, got, key)
	}
	root, err := inStore.Calculate()
	if err != nil || !ics23.VerifyMembership(ics23.IavlSpec, root, inStore, key, r.Value) {
		return newRefusal(ReasonProof, "%s: its value is not the one that the proof proves", what)
	}
	stores, err := readProof(what+".store_proof", r.StoreProof)
	if err != nil {
		return err
	}
	if !ics23.VerifyMembership(ics23.TendermintSpec, appHash, stores, []byte(store), root) {
		return newRefusal(ReasonProof, "%s: its proof does not lead to the app hash %X of the header", what, appHash)
	}
	return nil
}

// readProof reads the proof that one key exists, and refuses every encoding of it but the canonical one.
func readProof(what string, encoded []byte) (*ics23.CommitmentProof, error) {
	var p ics23.CommitmentProof
	if err := p.Unmarshal(encoded); err != nil {
		return nil, newRefusal(ReasonProof, "%s cannot be read: %v", what, err)
	}
	if exist := p.GetExist(); exist == nil || exist.Leaf == nil {
		return nil, newRefusal(ReasonProof, "%s is no proof that a key exists", what)
	}
	again, err := p.Marshal()
	if err != nil || !bytes.Equal(again, encoded) {
		return nil, newRefusal(ReasonProof, "%s is not in the one encoding of a proof", what)
	}
	return &p, nil
}
