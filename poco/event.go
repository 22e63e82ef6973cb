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
	// PlanMade answers an AskPlan effect. The seats are drawn Remaining blocks later, or at once: d of protocol section 7 less
	// PlanDelay.
	PlanMade struct {
		Height    int64
		Plan      Plan
		Remaining int64
	}
	// SecondDrawn answers a Draw effect of wave 2, with the plan as it fits those who can be drawn; a plan of the court
	// comes with no seats.
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
	// DrawFailed answers a Draw effect of another wave than the second, or an AskPlan effect: too few eligible organisations
	// now.
	DrawFailed struct{ Height int64 }
	// DrawRefused answers a Draw effect of wave 2: of those who were eligible at the plan too few are left for it.
	DrawRefused struct{ Height int64 }
	// Committed is a worker's, or a court seat's, commitment.
	Committed struct {
		Height     int64
		Bench      Bench
		Who        string
		Attempt    uint32
		Commitment [32]byte
	}
	// Declined is a worker giving its seat back before committing.
	Declined struct {
		Height  int64
		Who     string
		Attempt uint32
	}
	// Revealed opens a commitment.
	Revealed struct {
		Height  int64
		Bench   Bench
		Who     string
		Attempt uint32
		Outcome Outcome
		Salt    []byte
		// Evidence for a policy that asks for some, and what checks it.
		Evidence []byte
		Verify   EvidenceVerifier
	}
	// EvidenceStopped says that what the task's evidence would be checked against was stopped.
	EvidenceStopped struct{ Height int64 }
	// TurnCame answers an AskTurn effect, then or later.
	TurnCame struct {
		Height int64
		Gate   Gate
	}
	// CourtOpened answers an OpenCourt or RecallCourt effect, at once or when the task has come to the front of the line, with the seats,
	// their powers and nothing else filled in.
	CourtOpened struct {
		Height int64
		Seats  []Seat
	}
	// CourtUnpaid answers a Draw, an AskPlan or an OpenCourt effect: the court would judge the task, and its escrow cannot pay for it.
	CourtUnpaid struct{ Height int64 }
	// CourtGivenUp answers a RecallCourt effect: the court was called as often as the chain calls it.
	CourtGivenUp struct{ Height int64 }
	// Challenged is somebody's bond against an answer under audit or, with Bytes, to have the answer's bytes.
	Challenged struct {
		Height int64
		By     string
		Bond   uint64
		Bytes  bool
	}
	// Prolonged says that Blocks blocks of the window that has passed were full of answers. They do not count.
	Prolonged struct{ Height, Blocks int64 }
	// AuditDrawn answers an AskAudit effect: why the court is to look at the answer, and what the audit budget sets aside for
	// that; AuditNone when it is not.
	AuditDrawn struct {
		Height int64
		Cause  AuditCause
		Bond   uint64
	}
	// Cancelled answers a Draw effect of wave 1 when the requester has cancelled the deal.
	Cancelled struct{ Height int64 }
	// Broke is sent when the chain could not process the task. The task ends, and all coins and stakes go back.
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
