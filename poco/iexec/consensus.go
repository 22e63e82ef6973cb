package iexec

import (
	"math/big"
)

// wordBits is the size of the contracts' integers; their arithmetic is checked.
const wordBits = 256

// Group is the product of the weights of the workers that contributed one result.
type Group struct {
	Hash    Digest
	Product *big.Int
}

// Consensus is the tally of a task. Total starts at 1 and is 1 plus the sum of
// all groups: the denominator of Sarmenta's credibility with weights
// P(good)/P(bad) ("Trust in the PoCo", eq. 2). Groups are in order of first
// appearance.
type Consensus struct {
	Total  *big.Int
	Groups []Group
}

// NewConsensus is the tally before any contribution.
func NewConsensus() Consensus { return Consensus{Total: big.NewInt(1)} }

// Product is a group's product, 0 for a hash nobody contributed.
func (c Consensus) Product(hash Digest) *big.Int {
	for _, g := range c.Groups {
		if g.Hash == hash {
			return new(big.Int).Set(g.Product)
		}
	}
	return new(big.Int)
}

// Add returns the tally after one contribution: group := max(group, 1)*weight, and the total grows by as much as the group. It
// returns ErrOverflow when a number exceeds 256 bits, as in the contracts.
func (c Consensus) Add(hash Digest, weight uint64) (Consensus, error) {
	before := c.Product(hash)
	after := new(big.Int).SetUint64(weight)
	if before.Sign() > 0 {
		after.Mul(after, before)
	}
	total := new(big.Int).Sub(after, before)
	total.Add(total, c.Total)
	if after.BitLen() > wordBits || total.BitLen() > wordBits {
		return Consensus{}, ErrOverflow
	}
	return c.withGroup(hash, after, total), nil
}

// Remove is the tally without a group, as a reopen leaves it.
func (c Consensus) Remove(hash Digest) Consensus {
	total := new(big.Int).Sub(c.Total, c.Product(hash))
	return c.withGroup(hash, new(big.Int), total)
}

// Reached says whether a group has consensus: group*trust > total*(trust-1). Trust below 1 counts as 1. It returns ErrOverflow when
// a product exceeds 256 bits, as in the contracts.
func (c Consensus) Reached(hash Digest, trust *big.Int) (bool, error) {
	one := big.NewInt(1)
	if trust.Cmp(one) < 0 {
		trust = one
	}
	mine := c.Product(hash)
	mine.Mul(mine, trust)
	needed := new(big.Int).Sub(trust, one)
	needed.Mul(needed, c.Total)
	if mine.BitLen() > wordBits || needed.BitLen() > wordBits {
		return false, ErrOverflow
	}
	return mine.Cmp(needed) > 0, nil
}

// withGroup copies the tally with one group and the total replaced, so that a
// refused transition leaves the old one untouched.
func (c Consensus) withGroup(hash Digest, product, total *big.Int) Consensus {
	next := Consensus{Total: total, Groups: make([]Group, len(c.Groups), len(c.Groups)+1)}
	copy(next.Groups, c.Groups)
	for i := range next.Groups {
		if next.Groups[i].Hash == hash {
			next.Groups[i].Product = product
			return next
		}
	}
	next.Groups = append(next.Groups, Group{Hash: hash, Product: product})
	return next
}
