package sim

import (
	"github.com/credence-chain/credence/poco"
)

// flight is a task in progress.
type flight struct {
	at       float64 // when its next executions are done
	sequence int
	number   int
	opened   int64 // height at which it was created
	asker    int   // of the victims, whose ledger it enters
	task     poco.Task
	audited  bool // a court looked at its accepted answer before it counted
	entropy  poco.Entropy
	duration float64
	victim   bool
	who      []int       // workers, by seat
	acts     []int       // their answers, by seat
	seats    []poco.Seat // those of wave 2
	beacon   [32]byte    // seed of the last draw
	coin     float64
	line     Line
	chance   float64 // that the first worker's wrong answer is accepted
	done     float64 // when its executions were done

	classTurn, askerTurn uint64
	resolve              *poco.Resolve
}

// agenda orders tasks by the time at which their next executions are done.
type agenda []*flight

func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].sequence < a[j].sequence
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a *agenda) Push(x any) { *a = append(*a, x.(*flight)) }

func (a *agenda) Pop() any {
	old := *a
	f := old[len(old)-1]
	*a = old[:len(old)-1]
	return f
}
