// Package blockshare defines the share of a block that is reserved for the answers of seats. Proposers reserve it, and x/tasks decides by
// it whether answers have filled a block.
package blockshare

// While answers wait, Answers of the Parts of a block's gas and bytes are for answers, and the rest is for other transactions.
const (
	Answers = 3
	Parts   = 4
)

// OfAnswers returns the share of an amount of gas or bytes that is reserved for answers.
func OfAnswers[N int64 | uint64](amount N) N { return amount / Parts * Answers }

// IsFull says whether answers that take a part of an amount have filled their share. Seven eighths count as full, because the next answer
// may have been too large for the rest.
func IsFull[N int64 | uint64](taken, amount N) bool {
	share := OfAnswers(amount)
	return amount > 0 && taken >= share-share/8
}
