// Package blockshare says which part of a block is kept for the answers of seats: proposers keep to it, and x/tasks tells by it whether
// answers have filled a block.
package blockshare

// Of each Parts of a block, in gas and in bytes, Answers are for answers while any wait, and the rest is for others.
const (
	Answers = 3
	Parts   = 4
)

// OfAnswers is the share of an amount of gas or of bytes that is kept for answers.
func OfAnswers[N int64 | uint64](amount N) N { return amount / Parts * Answers }

// IsFull says whether answers that take so much of an amount have filled their share. An eighth of it is left out: the next answer
// may have been too large for what was left.
func IsFull[N int64 | uint64](taken, amount N) bool {
	share := OfAnswers(amount)
	return amount > 0 && taken >= share-share/8
}
