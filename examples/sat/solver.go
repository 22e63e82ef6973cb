package main

// solver looks for values of variables that make every clause true, by the method of Davis, Putnam, Logemann and Loveland (1962): it decides a
// variable, follows what is forced, and takes the last decision back where a clause has become false. A literal is a variable's number from 1,
// negative for its opposite.
type solver struct {
	clauses [][]int
	// watched has, for each literal, the clauses that watch it. A clause watches its first two literals: while neither is false, nothing
	// follows from the clause. So only clauses that watch a literal are looked at when it becomes false.
	watched map[int][]int
	value   []int8 // of each variable: 1 true, -1 false, 0 undecided
	trail   []int  // the literals that are true, in the order in which they became so
	// decisions are the places in the trail of the literals that were decided, and not forced.
	decisions []int
	order     []int // the variables, in the order in which they are decided
}

// solve returns the value of each variable, from 1, or nil if there are none that make all clauses true.
func solve(variables int, clauses [][]int) []int8 {
	s := &solver{watched: map[int][]int{}, value: make([]int8, variables+1), order: byUse(variables, clauses)}
	for _, c := range clauses {
		switch len(c) {
		case 0:
			return nil
		case 1:
			if !s.assume(c[0]) {
				return nil
			}
		default:
			for _, literal := range c[:2] {
				s.watched[literal] = append(s.watched[literal], len(s.clauses))
			}
			s.clauses = append(s.clauses, c)
		}
	}
	for done := 0; ; {
		for done < len(s.trail) && s.follow(-s.trail[done]) {
			done++
		}
		if done < len(s.trail) { // a clause is false
			if done = s.takeBack(); done < 0 {
				return nil
			}
			continue
		}
		next := s.undecided()
		if next == 0 {
			return s.value
		}
		s.decisions = append(s.decisions, len(s.trail))
		s.assume(next)
	}
}

// truth is 1 for a true literal, -1 for a false one.
func (s *solver) truth(literal int) int8 {
	if literal < 0 {
		return -s.value[-literal]
	}
	return s.value[literal]
}

// assume makes a literal true. It returns false if the literal is false already.
func (s *solver) assume(literal int) bool {
	switch s.truth(literal) {
	case -1:
		return false
	case 0:
		s.value[max(literal, -literal)] = map[bool]int8{true: 1, false: -1}[literal > 0]
		s.trail = append(s.trail, literal)
	}
	return true
}

// follow makes true what follows from a literal that has become false. It returns false if a clause is false.
func (s *solver) follow(literal int) bool {
	watching := s.watched[literal]
	kept := watching[:0]
	for i, number := range watching {
		c := s.clauses[number]
		if c[0] == literal {
			c[0], c[1] = c[1], c[0]
		}
		if s.truth(c[0]) != 1 && s.watchAnother(number) {
			continue
		}
		kept = append(kept, number)
		if !s.assume(c[0]) {
			s.watched[literal] = append(kept, watching[i+1:]...)
			return false
		}
	}
	s.watched[literal] = kept
	return true
}

// watchAnother makes a clause watch another literal than its second one, which is false. It returns false if all others are false too.
func (s *solver) watchAnother(number int) bool {
	c := s.clauses[number]
	for k := 2; k < len(c); k++ {
		if s.truth(c[k]) != -1 {
			c[1], c[k] = c[k], c[1]
			s.watched[c[1]] = append(s.watched[c[1]], number)
			return true
		}
	}
	return false
}

// takeBack takes back the last decision and what followed, and assumes the opposite, which now follows from the decisions before. It returns
// how much of the trail has been followed; -1 if there was no decision.
func (s *solver) takeBack() int {
	for len(s.decisions) > 0 {
		last := len(s.decisions) - 1
		at := s.decisions[last]
		decided := s.trail[at]
		for _, literal := range s.trail[at:] {
			s.value[max(literal, -literal)] = 0
		}
		s.trail, s.decisions = s.trail[:at], s.decisions[:last]
		if s.assume(-decided) {
			return at
		}
	}
	return -1
}

// undecided returns the next variable that has no value, 0 if all have one.
func (s *solver) undecided() int {
	for _, v := range s.order {
		if s.value[v] == 0 {
			return v
		}
	}
	return 0
}
