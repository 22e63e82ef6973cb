package receipt

import (
	"bytes"
	"errors"

	"github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Limits of a path, so that a hostile file does not keep a machine busy.
const (
	// MaxPath is the largest number of headers in a receipt, which has one for each change of the set of validators.
	MaxPath = 1000
	// MaxValidators is the largest number of validators in one set.
	MaxValidators = 1000
)

// signed is a header that more than two thirds of its set of validators have signed.
type signed struct {
	header     cmttypes.Header
	validators *cmttypes.ValidatorSet
	signers    int
	power      int64 // of the signers
}

// message is a protobuf message that can be read and written.
type message interface {
	Unmarshal([]byte) error
	Marshal() ([]byte, error)
}

// readOnly reads a message, and refuses every encoding of it but the canonical one.
func readOnly(m message, encoded []byte) error {
	if err := m.Unmarshal(encoded); err != nil {
		return err
	}
	again, err := m.Marshal()
	if err != nil {
		return err
	}
	if !bytes.Equal(again, encoded) {
		return errors.New("it is not in its one encoding")
	}
	return nil
}

// checkLink reads a link and checks its signatures against the set of its own header.
func (l Link) checkLink(chain string) (*signed, error) {
	header, err := readHeader(l.Header)
	if err != nil {
		return nil, err
	}
	if header.ChainID != chain {
		return nil, newRefusal(ReasonChain, "the header of height %d is of the chain %q, expected %q", header.Height, header.ChainID, chain)
	}
	set, err := readSet(l.Validators)
	if err != nil {
		return nil, err
	}
	if got := set.Hash(); !bytes.Equal(got, header.ValidatorsHash) {
		return nil, newRefusal(ReasonSet, "the validators hash to %X, but the header of height %d names the set %s", got, header.Height, header.ValidatorsHash)
	}
	s := &signed{header: *header, validators: set}
	return s, s.checkCommit(l.Commit)
}

func readHeader(encoded []byte) (*cmttypes.Header, error) {
	var raw cmtproto.Header
	if err := readOnly(&raw, encoded); err != nil {
		return nil, newRefusal(ReasonHeader, "a header cannot be read: %v", err)
	}
	header, err := cmttypes.HeaderFromProto(&raw)
	if err == nil && len(header.ValidatorsHash) == 0 {
		err = errors.New("it names no validators")
	}
	if err != nil {
		return nil, newRefusal(ReasonHeader, "the header of height %d is broken: %v", raw.Height, err)
	}
	return &header, nil
}

// readSet reads a set of validators. The set's hash covers everything that it reads.
func readSet(encoded [][]byte) (*cmttypes.ValidatorSet, error) {
	if n := len(encoded); n < 1 || n > MaxValidators {
		return nil, newRefusal(ReasonSet, "a set of %d validators, expected 1 to %d", n, MaxValidators)
	}
	set := &cmttypes.ValidatorSet{Validators: make([]*cmttypes.Validator, 0, len(encoded))}
	known := make(map[string]bool, len(encoded))
	var total int64
	for i, one := range encoded {
		var raw cmtproto.SimpleValidator
		if err := readOnly(&raw, one); err != nil {
			return nil, newRefusal(ReasonSet, "validator %d cannot be read: %v", i, err)
		}
		if raw.PubKey == nil {
			return nil, newRefusal(ReasonSet, "validator %d has no key", i)
		}
		key, err := encoding.PubKeyFromProto(*raw.PubKey)
		if err != nil {
			return nil, newRefusal(ReasonSet, "the key of validator %d cannot be read: %v", i, err)
		}
		v := cmttypes.NewValidator(key, raw.VotingPower)
		if known[string(v.Address)] {
			return nil, newRefusal(ReasonSet, "validator %d, %s, is in the set twice", i, v.Address)
		}
		known[string(v.Address)] = true
		if v.VotingPower < 1 || v.VotingPower > cmttypes.MaxTotalVotingPower-total {
			return nil, newRefusal(ReasonSet, "validator %d has the power %d, expected 1 or more, and less than 2^60 together", i, v.VotingPower)
		}
		total += v.VotingPower
		set.Validators = append(set.Validators, v)
	}
	return set, nil
}

// checkCommit checks that more than two thirds of the power signed the header, and that every signature in the commit is right.
func (s *signed) checkCommit(encoded []byte) error {
	var raw cmtproto.Commit
	if err := readOnly(&raw, encoded); err != nil {
		return newRefusal(ReasonSignature, "the commit of height %d cannot be read: %v", s.header.Height, err)
	}
	commit, err := cmttypes.CommitFromProto(&raw)
	if err != nil {
		return newRefusal(ReasonSignature, "the commit of height %d is broken: %v", s.header.Height, err)
	}
	if commit.Height != s.header.Height {
		return newRefusal(ReasonHeight, "the signatures are for height %d, the header is of height %d", commit.Height, s.header.Height)
	}
	if hash := s.header.Hash(); !bytes.Equal(commit.BlockID.Hash, hash) {
		return newRefusal(ReasonHeader, "the signatures are for the block %s, but the header of height %d is that of block %s", commit.BlockID.Hash, s.header.Height, hash)
	}
	if got, want := len(commit.Signatures), s.validators.Size(); got != want {
		return newRefusal(ReasonSignature, "the commit of height %d has %d places for signatures, expected one for each of the %d validators", s.header.Height, got, want)
	}
	// CometBFT compares the address at each place with the validator's, so that no validator is counted twice.
	err = cmttypes.VerifyCommit(s.header.ChainID, s.validators, commit.BlockID, commit.Height, commit)
	var few cmttypes.ErrNotEnoughVotingPowerSigned
	if errors.As(err, &few) {
		return newRefusal(ReasonPower, "the header of height %d is signed by the power %d of %d, expected more than %d", s.header.Height, few.Got, s.validators.TotalVotingPower(), few.Needed)
	}
	if err != nil {
		return newRefusal(ReasonSignature, "the signatures of height %d: %v", s.header.Height, err)
	}
	for i, signature := range commit.Signatures {
		if signature.BlockIDFlag == cmttypes.BlockIDFlagCommit {
			s.signers++
			s.power += s.validators.Validators[i].VotingPower
		}
	}
	return nil
}

// checkPath checks every link, and that each leads to the next: the last block signed by a set names the next set.
func checkPath(chain string, path []Link) ([]*signed, error) {
	if n := len(path); n < 1 || n > MaxPath {
		return nil, newRefusal(ReasonFormat, "path: got %d headers, expected 1 to %d", n, MaxPath)
	}
	var all []*signed
	for i, link := range path {
		s, err := link.checkLink(chain)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			before := all[i-1].header
			if s.header.Height <= before.Height {
				return nil, newRefusal(ReasonHeight, "path: height %d comes after height %d", s.header.Height, before.Height)
			}
			if !bytes.Equal(s.header.ValidatorsHash, before.NextValidatorsHash) {
				return nil, newRefusal(ReasonSet, "path: height %d is signed by the set %s, but height %d names the set %s", s.header.Height, s.header.ValidatorsHash, before.Height, before.NextValidatorsHash)
			}
		}
		all = append(all, s)
	}
	return all, nil
}
