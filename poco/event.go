package poco

// What can happen to a task. The chain sends events; apply.go says what each does.

// An Event is something that happened to a task.
type Event interface{ isEvent() }

// The events. Height is the block's.
type (
	// Due is sent by a block hook at the first height that is not below the task's Deadline.
	Due struct{ Height int64 }
	// FirstDrawn answers a Draw effect of wave 1.
	FirstDrawn struct {
		Height int64
		Seat   Seat
	}
	// PlanMade answers an AskPlan effect. The seats are drawn Remaining blocks later, or at once if Remaining is 0. Remaining is d
	// of protocol section 7 less PlanDelay.
	PlanMade struct {
		Height    int64
		Plan      Plan
		Remaining int64
	}
	// SecondDrawn answers a Draw effect of wave 2. Its plan is the one that fits the organisations that can still be drawn; a plan
	// of the court comes with no seats.
	SecondDrawn struct {
		Height int64
		Plan   Plan
		Seats  []Seat
	}
	// MoreDrawn answers a Draw effect of a later wave, for a policy that asked for more replicas.
	MoreDrawn struct {
		Height int64
		Seats  []Seat
	}
	// DrawFailed answers an AskPlan effect, or a Draw effect of any wave but the second: there are too few eligible organisations
	// now.
	DrawFailed struct{ Height int64 }
	// DrawRefused answers a Draw effect of wave 2: too few of the organisations that were eligible at the plan are left.
	DrawRefused struct{ Height int64 }
	// Committed is a worker's, or a court seat's, commitment.
	Committed struct {
		Height     int64
		Bench      Bench
		Who        string
		Attempt    uint32
		Commitment [32]byte
	}
	// Declined says that a worker gave its seat back before committing, and why.
	Declined struct {
		Height  int64
		Who     string
		Attempt uint32
		Reason  DeclineReason
	}
	// Revealed opens a commitment.
	Revealed struct {
		Height  int64
		Bench   Bench
		Who     string
		Attempt uint32
		Outcome Outcome
		Salt    []byte
		// Evidence comes with the reveal under a policy that asks for it; the function checks it.
		Evidence []byte
		Verify   EvidenceVerifier
	}
	// EvidenceStopped says that the program or verifier against which the task's evidence would be checked was stopped.
	EvidenceStopped struct{ Height int64 }
	// TurnCame answers an AskTurn effect, then or later.
	TurnCame struct {
		Height int64
		Gate   Gate
	}
	// CourtOpened answers an OpenCourt or RecallCourt effect, at once or when the task has come to the front of the line. Only the
	// names and powers of its seats are filled in.
	CourtOpened struct {
		Height int64
		Seats  []Seat
	}
	// CourtUnpaid answers a Draw, an AskPlan or an OpenCourt effect: the court would judge the task, and the task's escrow cannot
	// pay the court.
	CourtUnpaid struct{ Height int64 }
	// CourtGivenUp answers a RecallCourt effect: the court has already been called as often as the chain allows.
	CourtGivenUp struct{ Height int64 }
	// Challenged is a bond that somebody posts against an answer under audit or, if Bytes is set, to have the answer's bytes.
	Challenged struct {
		Height int64
		By     string
		Bond   uint64
		Bytes  bool
	}
	// Prolonged says that Blocks blocks of the phase that ends were full of answers. They do not count for the deadline.
	Prolonged struct{ Height, Blocks int64 }
	// AuditDrawn answers an AskAudit effect. It says why the court is to examine the answer, and what the audit budget sets aside
	// to pay the court; AuditNone if the court is not called.
	AuditDrawn struct {
		Height int64
		Cause  AuditCause
		Bond   uint64
	}
	// Cancelled answers a Draw effect of wave 1 when the requester has cancelled the deal.
	Cancelled struct{ Height int64 }
	// Broke is sent when the chain could not process the task. The task ends, and all coins and stakes are given back.
	Broke struct{ Height int64 }
)

func (Due) isEvent()             {}
func (FirstDrawn) isEvent()      {}
func (PlanMade) isEvent()        {}
func (SecondDrawn) isEvent()     {}
func (MoreDrawn) isEvent()       {}
func (DrawFailed) isEvent()      {}
func (DrawRefused) isEvent()     {}
func (Committed) isEvent()       {}
func (Declined) isEvent()        {}
func (Revealed) isEvent()        {}
func (EvidenceStopped) isEvent() {}
func (TurnCame) isEvent()        {}
func (CourtOpened) isEvent()     {}
func (CourtGivenUp) isEvent()    {}
func (CourtUnpaid) isEvent()     {}
func (Challenged) isEvent()      {}
func (AuditDrawn) isEvent()      {}
func (Cancelled) isEvent()       {}
func (Broke) isEvent()           {}
func (Prolonged) isEvent()       {}
