package poco

// Crowd counts the organisations from which the next wave of a task can be drawn.
type Crowd struct {
	Eligible uint64 // organisations of the pool that are eligible
	Barred   uint64 // of them those that may not be drawn: parties to the task, and organisations that hold a seat in it
	Seated   uint64 // organisations with a seat in the task
}

// Size is M of a plan: the organisations that can be drawn, and those that already hold a seat.
func (c Crowd) Size() uint64 { return c.Eligible - min(c.Eligible, c.Barred) + c.Seated }
