package receipt

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/credence-chain/credence/poco"
)

// Where the records are. The numbers of fields, enums and prefixes are those of proto/credence and of the keys of the
// modules; TestRecordsAreTheModules holds them against these.
const (
	tasksStore     = "tasks"
	dealsStore     = "deals"
	marketStore    = "market"
	tasksPrefix    = 1 // of x/tasks: task -> Task
	dealsPrefix    = 1 // of x/deals: deal -> Deal
	requestsPrefix = 5 // of x/market: request -> Request
)

// recordKey is the key of the record of an id.
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
	return o, readMessage(b, map[protowire.Number]fieldReader{1: number(&o.kind), 2: hash(&o.digest), 3: number(&o.fuel)})
}

// seat is the part of credence.tasks.v1.Seat that says who answered what.
type seat struct {
	who          []byte
	organisation string
	wave         uint32
	state        uint32
	outcome      outcome
}

func readSeat(b []byte) (s seat, err error) {
	return s, readMessage(b, map[protowire.Number]fieldReader{
		1: raw(&s.who, 0), 2: text(&s.organisation), 3: number(&s.wave), 5: number(&s.state), 7: within(&s.outcome, readOutcome),
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
	if err = readMessage(b, map[protowire.Number]fieldReader{
		1: boolean(&p.court), 2: number(&p.replicas), 3: number(&p.lottery), 4: raw(&x, 0), 7: number(&p.faction), 8: number(&p.eligible), 9: text(&p.bound),
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
	return a, readMessage(b, map[protowire.Number]fieldReader{1: number(&a.end), 5: within(&a.answer, readOutcome), 6: number(&a.result)})
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
	return t, readMessage(b, map[protowire.Number]fieldReader{
		1: hash(&t.id), 2: hash(&t.deal), 3: number(&t.index), 4: number(&t.attempt), 5: number(&t.phase), 9: each(&t.seats, readSeat),
		10: within(&t.plan, readPlan), 11: each(&t.court, readSeat), 12: number(&t.ending), 13: boolean(&t.byCourt),
		14: within(&t.verdict, readOutcome), 19: number(&t.opened), 20: number(&t.done), 40: within(&t.audit, readAudit),
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
	return t, readMessage(b, map[protowire.Number]fieldReader{
		1: text(&t.policy), 2: number(&t.trust), 6: number(&t.value), 11: number(&t.fuelLimit), 30: number(&t.audit),
	})
}

// dataset is a part of credence.deals.v1.PinnedDataset.
type dataset struct {
	name, version string
	digest        [32]byte
}

func readDataset(b []byte) (d dataset, err error) {
	return d, readMessage(b, map[protowire.Number]fieldReader{1: text(&d.name), 2: text(&d.version), 3: hash(&d.digest)})
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
}

func readDeal(b []byte) (d deal, err error) {
	return d, readMessage(b, map[protowire.Number]fieldReader{
		1: hash(&d.id), 2: hash(&d.request), 4: text(&d.pool), 5: raw(&d.requester, 0), 6: text(&d.organisation), 7: text(&d.app),
		8: text(&d.version), 11: hash(&d.digest), 12: text(&d.runtime), 16: within(&d.terms, readTerms), 24: number(&d.height),
		25: number(&d.time), 28: number(&d.bag), 29: each(&d.datasets, readDataset), 30: number(&d.datasetsPerTask),
		31: text(&d.outputPath), 51: numbers(&d.okExit),
	})
}

// input is a part of credence.deals.v1.Input.
type input struct {
	name   string
	digest [32]byte
	tree   bool
}

func readInput(b []byte) (in input, err error) {
	return in, readMessage(b, map[protowire.Number]fieldReader{1: text(&in.name), 2: hash(&in.digest), 5: boolean(&in.tree)})
}

// job is a part of credence.market.v1.Job.
type job struct {
	args      []string
	inputs    []input
	execution Execution
}

func readJob(b []byte) (j job, err error) {
	return j, readMessage(b, map[protowire.Number]fieldReader{
		2: texts(&j.args), 3: each(&j.inputs, readInput), 30: within(&j.execution, readExecution),
	})
}

func readExecution(b []byte) (e Execution, err error) {
	return e, readMessage(b, map[protowire.Number]fieldReader{
		1: numbers(&e.OKExit), 2: text(&e.Stdout), 3: text(&e.Stdin), 4: texts(&e.Env), 6: number(&e.Clock), 7: text(&e.Seed),
		8: boolean(&e.Writable), 9: text(&e.Workdir), 10: text(&e.OutputPath),
	})
}

// request is a part of credence.market.v1.Request.
type request struct {
	id        [32]byte
	requester []byte
	job       job
}

func readRequest(b []byte) (r request, err error) {
	return r, readMessage(b, map[protowire.Number]fieldReader{1: hash(&r.id), 2: raw(&r.requester, 0), 5: within(&r.job, readJob)})
}
