package poco

// The effects that the caller of Apply carries out. Most effects ask the chain something, and an event answers them. The comment of
// the event says which effect it answers.

// An Effect is something the caller must do after storing the new state.
type Effect interface{ isEffect() }

// The effects.
type (
	// Draw asks for the seats of a wave: the first worker in wave 1, the plan's seats in wave 2, Count seats in later waves.
	Draw struct{ Wave, Count uint32 }
	// AskPlan asks for the plan of wave 2. The plan is made from a state that nobody who knows the draw's seed can have shaped.
	AskPlan struct{}
	// Lock takes stake for an assignment.
	Lock struct {
		Who    string
		Amount uint64
	}
	// Release frees the stake of a first worker that is lost, and notes its fault.
	Release struct {
		Who    string
		Amount uint64
		Fault  Fault
	}
	// EnterLedgers gives the task its turn in both ledgers, where its policy keeps them.
	EnterLedgers struct{ Entry Entry }
	// AskTurn asks both ledgers whether the task may finalise on its replicas.
	AskTurn struct{}
	// OpenCourt asks for the court. Its windows begin when it is opened, however long the task waits until then.
	OpenCourt struct{}
	// RecallCourt calls the court again, because too many seats were silent for a verdict. The silent seats are to be noted,
	// whether there will be a verdict or not.
	RecallCourt struct{}
	// Resolve tells the ledgers how the task ended. Its charge is decided when both ledgers answer its turn. The charge is w if
	// both ledgers say open and the first worker is not vindicated; otherwise it is zero.
	Resolve struct{ Vindicated, Counted bool }
	// Finish moves the money.
	Finish struct{ Settlement Settlement }
	// AskAudit asks at the end of an audit window whether the chain calls the court by itself.
	AskAudit struct{}
	// FinishAudit makes the answer final and moves the stakes and the bond.
	FinishAudit struct{ Settlement AuditSettlement }
	// FinishBytes moves the stakes and the bond after the court has tried to fetch an answer's bytes. The audit goes on.
	FinishBytes struct{ Settlement AuditSettlement }
)

func (Draw) isEffect()         {}
func (AskPlan) isEffect()      {}
func (Lock) isEffect()         {}
func (Release) isEffect()      {}
func (EnterLedgers) isEffect() {}
func (AskTurn) isEffect()      {}
func (OpenCourt) isEffect()    {}
func (RecallCourt) isEffect()  {}
func (Resolve) isEffect()      {}
func (Finish) isEffect()       {}
func (AskAudit) isEffect()     {}
func (FinishAudit) isEffect()  {}
func (FinishBytes) isEffect()  {}
