package sim

import "github.com/credence-chain/credence/poco"

// turns keeps a ledger's turn records in memory; it implements poco.Turns.
type turns struct {
	records window[poco.TurnRecord]
	spans   []window[poco.Sums] // by level
}

func newTurns() *turns { return &turns{} }

func (t *turns) Record(turn uint64) (poco.TurnRecord, error) { return t.records.get(turn), nil }

func (t *turns) SetRecord(turn uint64, r poco.TurnRecord) error {
	t.records.set(turn, r)
	return nil
}

func (t *turns) DropRecord(turn uint64) error {
	t.records.drop(turn)
	return nil
}

func (t *turns) Span(level uint8, index uint64) (poco.Sums, error) {
	return t.level(level).get(index), nil
}

func (t *turns) SetSpan(level uint8, index uint64, s poco.Sums) error {
	t.level(level).set(index, s)
	return nil
}

func (t *turns) DropSpan(level uint8, index uint64) error {
	t.level(level).drop(index)
	return nil
}

func (t *turns) level(level uint8) *window[poco.Sums] {
	for int(level) >= len(t.spans) {
		t.spans = append(t.spans, window[poco.Sums]{})
	}
	return &t.spans[level]
}

// window keeps values with consecutive growing numbers, and drops them from the lowest on. A map would take a tenth of the time of
// a run.
type window[T any] struct {
	first  uint64 // the number of values[0]
	values []T
}

// get returns a value; one that was not set is zero.
func (w *window[T]) get(at uint64) (v T) {
	if at < w.first || at-w.first >= uint64(len(w.values)) {
		return v
	}
	return w.values[at-w.first]
}

func (w *window[T]) set(at uint64, v T) {
	if len(w.values) == 0 {
		w.first = at
	}
	for at-w.first >= uint64(len(w.values)) {
		var unset T
		w.values = append(w.values, unset)
	}
	w.values[at-w.first] = v
}

// drop drops a value, and all before it.
func (w *window[T]) drop(at uint64) {
	if at < w.first {
		return
	}
	gone := min(at+1-w.first, uint64(len(w.values)))
	w.values, w.first = w.values[gone:], at+1
}
