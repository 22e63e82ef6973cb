package iexec

import "errors"

// The reasons for which a transition is refused. iExec's contracts revert
// without a text in each of these cases; a refused transition changes nothing.
var (
	// ErrTerms: a deal's terms are out of range; the wrapping text names the field.
	ErrTerms = errors.New("invalid deal terms")
	// ErrStatus: the task is not in a state that allows the transition.
	ErrStatus = errors.New("wrong task status")
	// ErrTooLate: the deadline of the transition has passed (a deadline itself is too late).
	ErrTooLate = errors.New("deadline has passed")
	// ErrTooEarly: the transition is allowed only from a deadline on.
	ErrTooEarly = errors.New("deadline has not been reached")
	// ErrAlreadyContributed: one contribution per worker and task, also after a reopen.
	ErrAlreadyContributed = errors.New("worker has already contributed")
	// ErrNoContribution: the worker has no open contribution to this task.
	ErrNoContribution = errors.New("worker has no open contribution")
	// ErrNotWinner: the worker's contribution is not the one that won consensus.
	ErrNotWinner = errors.New("contribution is outside the consensus")
	// ErrHashMismatch: the revealed digest does not match the committed hash.
	ErrHashMismatch = errors.New("digest does not match the committed hash")
	// ErrSealMismatch: the revealed digest does not match the committed seal.
	ErrSealMismatch = errors.New("digest does not match the committed seal")
	// ErrReveals: too few or too many reveals for the transition.
	ErrReveals = errors.New("wrong number of reveals")
	// ErrNotAlone: contribute-and-finalize needs trust 1 and no contribution before it.
	ErrNotAlone = errors.New("contribute and finalize needs trust 1 and no earlier contribution")
	// ErrOverflow: a product exceeds 256 bits, where the contracts' checked arithmetic reverts.
	ErrOverflow = errors.New("product exceeds 256 bits")
)
