package sim

// World is the environment of a trial's tasks: everything but the colluders' behaviour and the scheme's rules.
type World struct {
	Organisations int // registered; the last Colluding of them collude
	Colluding     int
	// Sybils is how many workers a colluding organisation has; honest ones have one. Schemes that draw workers draw them all;
	// Credence draws organisations.
	Sybils int

	Tasks    int    // decided in the run
	Trust    uint64 // demanded: one wrong result in Trust is to be expected
	InFlight int    // tasks at the same time; 1 means one after the other
	// LongShare is the share of tasks that take ten times as long, and say so. Only Credence has tasks in flight.
	LongShare float64

	FaultRate float64 // chance that an honest execution gives a wrong answer, unlike any other
	Outage    float64 // chance that an honest worker that is drawn never answers
	// Every StormEvery tasks, a StormShare of the honest organisations answers nothing for StormLength tasks (0: no storms).
	StormEvery, StormLength int
	StormShare              float64
	// AbsentShare is the share of honest organisations that pause at any time; each comes and goes every AbsentLength tasks.
	AbsentShare  float64
	AbsentLength int

	// Every OutageEvery tasks each honest worker is out for OutageLength tasks, one worker after the other (0: never). A worker
	// that is out neither answers nor opens what it has committed.
	OutageEvery, OutageLength int
	// LateTasks is how many tasks the court takes until it reveals: a worker that is back within them opens late what it did not open in
	// time (0: no worker is back so soon).
	LateTasks int

	Strikes int // proven wrong answers until a worker is banned
	Cooling int // tasks for which a worker with fewer strikes is not drawn
	// Forgiveness is the number of tasks after which a strike is forgotten (0: never).
	Forgiveness int
	// Slots is how many tasks a worker runs at the same time (0: no limit).
	Slots int
	// AuditTasks is for how many tasks an accepted answer can be taken back: if a court convicts one of those who gave it meanwhile, a
	// court looks at it too (0: never).
	AuditTasks int

	ReEntry bool // whoever is banned comes back at once under a new name

	// FarmTasks is how many tasks at the beginning are the coalition's own; those after them are the victim's.
	FarmTasks int

	// Requesters is how many victims there are, each with a ledger of its own; their tasks come in turn (0: one).
	Requesters int
	// DearShare is the share of tasks that are worth a hundred times Value (0: all are worth Value).
	DearShare float64

	Value uint64 // what a wrong result is worth to the coalition
	Price uint64 // for each right replica
	Cost  uint64 // of an execution, to whoever runs it
	Stake uint64 // locked per assignment
	Court uint64 // seats of the court; each re-executes the task when the court is called
}

// Standard is the world of the published tables: 200 organisations, a fifth of them colluding, a ban at the first proven
// wrong answer, and stakes so large that only the error debt decides how many replicas there are.
func Standard(trust uint64, tasks int) World {
	return World{
		Organisations: 200, Colluding: 40, Sybils: 1, Tasks: tasks, Trust: trust, InFlight: 1,
		Strikes: 1, Value: 10, Price: 10, Cost: 8, Stake: 1_000_000, Court: 7,
	}
}
