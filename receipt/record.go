package receipt

import (
	"github.com/credence-chain/credence/internal/wire"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// The places of the records in the state. The numbers of fields, enums and prefixes are those of proto/credence and of the keys of
// the modules; TestRecordsAreTheModules compares them.
const (
	tasksStore     = "tasks"
	dealsStore     = "deals"
	marketStore    = "market"
	tasksPrefix    = 1 // of x/tasks: task -> Task
	dealsPrefix    = 1 // of x/deals: deal -> Deal
	requestsPrefix = 5 // of x/market: request -> Request

	verifiersStore  = "verifiers"
	enclavesStore   = "enclaves"
	verifiersPrefix = 1 // of x/verifiers: name -> Verifier
	sessionsPrefix  = 5 // of x/enclaves: (worker, key) -> Session
)

// recordKey returns the key of the record with an id.
func recordKey(prefix byte, id [32]byte) []byte { return append([]byte{prefix}, id[:]...) }

// Values of enums of x/tasks.
const (
	phaseAudit      = 11
	phaseDone       = 10
	endingAccepted  = 1
	auditOverturned = 3
	seatRevealed    = 3
)

// outcome is credence.tasks.v1.Outcome.
type outcome struct {
	kind   uint32
	digest [32]byte
	fuel   uint64
}

func readOutcome(b []byte) (o outcome, err error) {
	return o, wire.ReadMessage(b, wire.Readers{1: wire.ReadNumber(&o.kind), 2: wire.ReadHash(&o.digest), 3: wire.ReadNumber(&o.fuel)})
}

// seat is the part of credence.tasks.v1.Seat that tells which worker gave which answer.
type seat struct {
	who          []byte
	organisation string
	wave         uint32
	state        uint32
	outcome      outcome
}

func readSeat(b []byte) (s seat, err error) {
	return s, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadRaw(&s.who, 0), 2: wire.ReadText(&s.organisation), 3: wire.ReadNumber(&s.wave), 5: wire.ReadNumber(&s.state), 7: wire.ReadWithin(&s.outcome, readOutcome),
	})
}

// plan is a part of credence.tasks.v1.Plan.
type plan struct {
	court             bool
	replicas, lottery uint32
	x                 poco.Q64
	faction, eligible uint64
	bound             string
}

func readPlan(b []byte) (p plan, err error) {
	var x []byte
	if err = wire.ReadMessage(b, wire.Readers{
		1: wire.ReadBool(&p.court), 2: wire.ReadNumber(&p.replicas), 3: wire.ReadNumber(&p.lottery), 4: wire.ReadRaw(&x, 0), 7: wire.ReadNumber(&p.faction), 8: wire.ReadNumber(&p.eligible), 9: wire.ReadText(&p.bound),
	}); err != nil {
		return p, err
	}
	p.x, err = poco.Q64FromBytes(x)
	return p, err
}

// audit is a part of credence.tasks.v1.Audit.
type audit struct {
	is     bool
	end    int64
	answer outcome
	result uint32
}

func readAudit(b []byte) (a audit, err error) {
	a.is = true
	return a, wire.ReadMessage(b, wire.Readers{1: wire.ReadNumber(&a.end), 5: wire.ReadWithin(&a.answer, readOutcome), 6: wire.ReadNumber(&a.result)})
}

// task is a part of credence.tasks.v1.Task.
type task struct {
	id, deal [32]byte
	index    uint64
	attempt  uint32
	phase    uint32
	seats    []seat
	plan     plan
	court    []seat
	ending   uint32
	byCourt  bool
	verdict  outcome
	opened   int64
	done     int64
	audit    audit
}

func readTask(b []byte) (t task, err error) {
	return t, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadHash(&t.id), 2: wire.ReadHash(&t.deal), 3: wire.ReadNumber(&t.index), 4: wire.ReadNumber(&t.attempt), 5: wire.ReadNumber(&t.phase), 9: wire.ReadEach(&t.seats, readSeat),
		10: wire.ReadWithin(&t.plan, readPlan), 11: wire.ReadEach(&t.court, readSeat), 12: wire.ReadNumber(&t.ending), 13: wire.ReadBool(&t.byCourt),
		14: wire.ReadWithin(&t.verdict, readOutcome), 19: wire.ReadNumber(&t.opened), 20: wire.ReadNumber(&t.done), 40: wire.ReadWithin(&t.audit, readAudit),
	})
}

// terms is a part of credence.deals.v1.Terms.
type terms struct {
	policy    string
	trust     uint64
	value     uint64
	fuelLimit uint64
	audit     int64
}

func readTerms(b []byte) (t terms, err error) {
	return t, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadText(&t.policy), 2: wire.ReadNumber(&t.trust), 6: wire.ReadNumber(&t.value), 11: wire.ReadNumber(&t.fuelLimit), 30: wire.ReadNumber(&t.audit),
	})
}

// dataset is a part of credence.deals.v1.PinnedDataset.
type dataset struct {
	name, version string
	digest        [32]byte
}

func readDataset(b []byte) (d dataset, err error) {
	return d, wire.ReadMessage(b, wire.Readers{1: wire.ReadText(&d.name), 2: wire.ReadText(&d.version), 3: wire.ReadHash(&d.digest)})
}

// deal is a part of credence.deals.v1.Deal.
type deal struct {
	id, request     [32]byte
	pool            string
	requester       []byte
	organisation    string
	app, version    string
	digest          [32]byte
	runtime         string
	terms           terms
	height, time    int64
	bag             uint64
	datasets        []dataset
	datasetsPerTask uint32
	outputPath      string
	okExit          []uint32
	resources       resources
	verifier        string
	program         [32]byte
	measurements    [][32]byte
}

// resources are a part of credence.apps.v1.Resources.
type resources struct{ memory, disk uint64 }

func readResources(b []byte) (r resources, err error) {
	return r, wire.ReadMessage(b, wire.Readers{2: wire.ReadNumber(&r.memory), 3: wire.ReadNumber(&r.disk)})
}

func readDeal(b []byte) (d deal, err error) {
	return d, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadHash(&d.id), 2: wire.ReadHash(&d.request), 4: wire.ReadText(&d.pool), 5: wire.ReadRaw(&d.requester, 0), 6: wire.ReadText(&d.organisation), 7: wire.ReadText(&d.app),
		8: wire.ReadText(&d.version), 11: wire.ReadHash(&d.digest), 12: wire.ReadText(&d.runtime), 16: wire.ReadWithin(&d.terms, readTerms), 24: wire.ReadNumber(&d.height),
		25: wire.ReadNumber(&d.time), 28: wire.ReadNumber(&d.bag), 29: wire.ReadEach(&d.datasets, readDataset), 30: wire.ReadNumber(&d.datasetsPerTask),
		31: wire.ReadText(&d.outputPath), 41: wire.ReadWithin(&d.resources, readResources), 51: wire.ReadNumbers(&d.okExit), 60: wire.ReadText(&d.verifier), 61: wire.ReadHash(&d.program),
		62: wire.ReadHashes(&d.measurements),
	})
}

// input is a part of credence.deals.v1.Input.
type input struct {
	name   string
	digest [32]byte
	tree   bool
}

func readInput(b []byte) (in input, err error) {
	return in, wire.ReadMessage(b, wire.Readers{1: wire.ReadText(&in.name), 2: wire.ReadHash(&in.digest), 5: wire.ReadBool(&in.tree)})
}

// job is a part of credence.market.v1.Job.
type job struct {
	args      []string
	inputs    []input
	execution execution
}

// execution is credence.deals.v1.Execution.
type execution struct {
	contract.Execution
	// newer says that the execution has a field that this program does not know. Then the statement of its evidence cannot be
	// computed.
	newer bool
}

func readExecution(b []byte) (e execution, err error) {
	if e.Execution, err = contract.DecodeExecution(b); err != nil {
		return e, err
	}
	e.newer, err = contract.HasUnknownField(b)
	return e, err
}

func readJob(b []byte) (j job, err error) {
	return j, wire.ReadMessage(b, wire.Readers{
		2: wire.ReadTexts(&j.args), 3: wire.ReadEach(&j.inputs, readInput), 30: wire.ReadWithin(&j.execution, readExecution),
	})
}

// request is a part of credence.market.v1.Request.
type request struct {
	id        [32]byte
	requester []byte
	job       job
}

func readRequest(b []byte) (r request, err error) {
	return r, wire.ReadMessage(b, wire.Readers{1: wire.ReadHash(&r.id), 2: wire.ReadRaw(&r.requester, 0), 5: wire.ReadWithin(&r.job, readJob)})
}
