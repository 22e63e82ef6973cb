package sim

import "github.com/credence-chain/credence/poco"

// turns keeps a ledger's turn records in memory; it implements poco.Turns.
type turns struct {
	records map[uint64]poco.TurnRecord
	blocks  map[block]poco.Sums
}

type block struct {
	level uint8
	index uint64
}

func newTurns() *turns {
	return &turns{records: map[uint64]poco.TurnRecord{}, blocks: map[block]poco.Sums{}}
}

func (t *turns) Record(turn uint64) (poco.TurnRecord, error) { return t.records[turn], nil }

func (t *turns) SetRecord(turn uint64, r poco.TurnRecord) error {
	t.records[turn] = r
	return nil
}

func (t *turns) DropRecord(turn uint64) error {
	delete(t.records, turn)
	return nil
}

func (t *turns) Block(level uint8, index uint64) (poco.Sums, error) {
	return t.blocks[block{level, index}], nil
}

func (t *turns) SetBlock(level uint8, index uint64, s poco.Sums) error {
	t.blocks[block{level, index}] = s
	return nil
}

func (t *turns) DropBlock(level uint8, index uint64) error {
	delete(t.blocks, block{level, index})
	return nil
}
