package poco

// Crowd is who there is to draw the next wave of a task from.
type Crowd struct {
	Eligible uint64 // organisations of the pool that are eligible
	Barred   uint64 // of them those that may not be drawn: parties to the task, and whoever holds a seat in it
	// Came is how many organisations came to the pool since the first worker was drawn, eligible or not. No later wave
	// draws one of them.
	Came   uint64
	Seated uint64 // organisations with a seat in the task
}

// Size is M of a plan: the organisations that can be drawn, and those that hold a seat. As many are taken off as came
// since the first draw: the more a plan counts, the less it fears, and so it must count nobody who is not drawn.
func (c Crowd) Size() uint64 {
	open := c.Eligible - min(c.Eligible, c.Barred)
	return open - min(open, c.Came) + c.Seated
}
