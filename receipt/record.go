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
	return o, readMessage(b, map[protowire.Number]fieldReader{1: readNumber(&o.kind), 2: readHash(&o.digest), 3: readNumber(&o.fuel)})
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
		1: readRaw(&s.who, 0), 2: readText(&s.organisation), 3: readNumber(&s.wave), 5: readNumber(&s.state), 7: readWithin(&s.outcome, readOutcome),
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
		1: readBool(&p.court), 2: readNumber(&p.replicas), 3: readNumber(&p.lottery), 4: readRaw(&x, 0), 7: readNumber(&p.faction), 8: readNumber(&p.eligible), 9: readText(&p.bound),
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
	return a, readMessage(b, map[protowire.Number]fieldReader{1: readNumber(&a.end), 5: readWithin(&a.answer, readOutcome), 6: readNumber(&a.result)})
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
		1: readHash(&t.id), 2: readHash(&t.deal), 3: readNumber(&t.index), 4: readNumber(&t.attempt), 5: readNumber(&t.phase), 9: readEach(&t.seats, readSeat),
		10: readWithin(&t.plan, readPlan), 11: readEach(&t.court, readSeat), 12: readNumber(&t.ending), 13: readBool(&t.byCourt),
		14: readWithin(&t.verdict, readOutcome), 19: readNumber(&t.opened), 20: readNumber(&t.done), 40: readWithin(&t.audit, readAudit),
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
		1: readText(&t.policy), 2: readNumber(&t.trust), 6: readNumber(&t.value), 11: readNumber(&t.fuelLimit), 30: readNumber(&t.audit),
	})
}

// dataset is a part of credence.deals.v1.PinnedDataset.
type dataset struct {
	name, version string
	digest        [32]byte
}

func readDataset(b []byte) (d dataset, err error) {
	return d, readMessage(b, map[protowire.Number]fieldReader{1: readText(&d.name), 2: readText(&d.version), 3: readHash(&d.digest)})
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
		1: readHash(&d.id), 2: readHash(&d.request), 4: readText(&d.pool), 5: readRaw(&d.requester, 0), 6: readText(&d.organisation), 7: readText(&d.app),
		8: readText(&d.version), 11: readHash(&d.digest), 12: readText(&d.runtime), 16: readWithin(&d.terms, readTerms), 24: readNumber(&d.height),
		25: readNumber(&d.time), 28: readNumber(&d.bag), 29: readEach(&d.datasets, readDataset), 30: readNumber(&d.datasetsPerTask),
		31: readText(&d.outputPath), 51: readNumbers(&d.okExit),
	})
}

// input is a part of credence.deals.v1.Input.
type input struct {
	name   string
	digest [32]byte
	tree   bool
}

func readInput(b []byte) (in input, err error) {
	return in, readMessage(b, map[protowire.Number]fieldReader{1: readText(&in.name), 2: readHash(&in.digest), 5: readBool(&in.tree)})
}

// job is a part of credence.market.v1.Job.
type job struct {
	args      []string
	inputs    []input
	execution Execution
}

func readJob(b []byte) (j job, err error) {
	return j, readMessage(b, map[protowire.Number]fieldReader{
		2: readTexts(&j.args), 3: readEach(&j.inputs, readInput), 30: readWithin(&j.execution, readExecution),
	})
}

func readExecution(b []byte) (e Execution, err error) {
	return e, readMessage(b, map[protowire.Number]fieldReader{
		1: readNumbers(&e.OKExit), 2: readText(&e.Stdout), 3: readText(&e.Stdin), 4: readTexts(&e.Env), 6: readNumber(&e.Clock), 7: readText(&e.Seed),
		8: readBool(&e.Writable), 9: readText(&e.Workdir), 10: readText(&e.OutputPath), 11: readText(&e.Rows),
	})
}

// request is a part of credence.market.v1.Request.
type request struct {
	id        [32]byte
	requester []byte
	job       job
}

func readRequest(b []byte) (r request, err error) {
	return r, readMessage(b, map[protowire.Number]fieldReader{1: readHash(&r.id), 2: readRaw(&r.requester, 0), 5: readWithin(&r.job, readJob)})
}
