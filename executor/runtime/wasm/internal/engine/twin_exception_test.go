package engine

import (
	"slices"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/asm"
)

// This file has the exceptions of the twin. A program uses one form of them. Tag 0 has an i32, and tag 1 nothing.

// Forms of a try.
const (
	tryCatch    = iota // catch tag 0 into a, then orElse
	tryCatchAll        // catch all, then orElse
	tryAgain           // the same, and throw it again
	tryPass            // catch nothing: in the first form it delegates to the label, in the second it has no clauses
	tryForms
)

// encodeTry writes a try. Its label is that of a block around all of it.
func encodeTry(n node, p place) []byte {
	if p.secondForm {
		return encodeTryTable(n, p)
	}
	body, orElse := encode(n.body, p.enter(1)), encode(n.orElse, p.enter(1))
	switch n.form {
	case tryCatch:
		return asm.Try(void, body, asm.Catch(0), asm.Set(n.a), orElse)
	case tryCatchAll:
		return asm.Try(void, body, asm.CatchAll(), orElse)
	case tryAgain:
		return asm.Try(void, body, asm.CatchAll(), orElse, asm.Rethrow(0))
	}
	return asm.TryDelegate(void, p.label(n.label), body)
}

func encodeTryTable(n node, p place) []byte {
	orElse := encode(n.orElse, p.enter(1))
	if n.form == tryPass {
		return asm.Block(asm.TryTable(void, nil, encode(n.body, p.enter(2))))
	}
	body := encode(n.body, p.enter(3))
	tried := func(clause ...byte) []byte { return asm.Code(asm.TryTable(void, [][]byte{clause}, body), asm.Br(1)) }
	switch n.form {
	case tryCatch:
		return asm.Block(asm.Typed(asm.I32, tried(0, 0, 0)), asm.Set(n.a), orElse)
	case tryCatchAll:
		return asm.Block(asm.Block(tried(2, 0)), orElse)
	}
	return asm.Block(asm.Typed(asm.Exn, tried(3, 0)), orElse, asm.ThrowRef())
}

// exceptions is the part of a walker that has to do with exceptions.
type exceptions struct {
	secondForm bool
	throws     []bool // of each function: whether it may throw
	thrown     bool   // whether an exception is on its way
	tag        uint32
	value      int32
	passes     int // how many blocks it leaves without being caught
	caught     bool
}

// contains says whether a statement in the tree fulfils a condition.
func contains(body []node, holds func(n node) bool) bool {
	return slices.ContainsFunc(body, func(n node) bool {
		return holds(n) || contains(n.body, holds) || contains(n.orElse, holds)
	})
}

func usesExceptions(functions [][]node) bool {
	return slices.ContainsFunc(functions, func(body []node) bool {
		return contains(body, func(n node) bool { return n.kind == kindTry || n.kind == kindThrow })
	})
}

// findThrowers finds the functions that throw or call one that may.
func (e *exceptions) findThrowers(functions [][]node) {
	e.throws = make([]bool, len(functions))
	for range functions {
		for i, body := range functions {
			e.throws[i] = contains(body, func(n node) bool {
				return n.kind == kindThrow || n.kind == kindTry && n.form == tryAgain ||
					(n.kind == kindCall || n.kind == kindTailCall) && e.throws[n.callee]
			})
		}
	}
}

// caughtLocals is how many locals a function has to keep what it throws again.
func (e *exceptions) caughtLocals(body []node) uint64 {
	again := func(n node) bool { return n.kind == kindTry && n.form == tryAgain }
	if e.secondForm {
		if contains(body, again) {
			return 1
		}
		return 0
	}
	most := uint64(0)
	for _, n := range body {
		inner := max(e.caughtLocals(n.body), e.caughtLocals(n.orElse))
		if again(n) {
			inner += 2 // the tag and the i32
		}
		most = max(most, inner)
	}
	return most
}

func (w *walker) uncaught() bool { return w.thrown && !w.trapped }

func (w *walker) outcome() string {
	form := "first form: "
	if w.secondForm {
		form = "second form: "
	}
	switch {
	case w.trapped:
		return "trapped"
	case w.thrown:
		return form + "uncaught"
	case w.caught:
		return form + "caught"
	}
	return "finished"
}

// tryCall calls a function and looks at what comes back, if it may throw.
func (w *walker) tryCall(n node, vars *[variables]int32, depth int) int {
	w.fuel += 1 + fuel.Call
	if w.throws[n.callee] {
		w.fuel += 2
	}
	value := w.call(n.callee, vars[n.b], depth+1)
	if w.thrown {
		return throwing
	}
	w.fuel++
	vars[n.a] = value
	return fallThrough
}

func (w *walker) throw(n node, vars *[variables]int32) int {
	w.fuel += 3
	w.thrown, w.tag = true, n.tag
	if n.tag == 0 {
		w.fuel += 2
		w.value = vars[n.b]
	}
	return throwing
}

// try walks a try. The first form leaves each part through a branch; the second has the two branches that the program and the pass put
// behind what is tried.
func (w *walker) try(n node, vars *[variables]int32, depth, nesting int) int {
	exit := w.run(n.body, vars, depth, nesting+1)
	switch {
	case w.stopped():
		return returning
	case exit == throwing && w.passes == 0 && n.form != tryPass:
		return w.catch(n, vars, depth, nesting)
	case exit == throwing && n.form == tryPass && w.passes == 0 && !w.secondForm:
		w.passes = int(n.label)
		return throwing
	case n.form == tryPass:
	case w.secondForm && exit == fallThrough:
		w.fuel += 2
	case !w.secondForm && (exit == fallThrough || exit == 0):
		w.fuel++
	}
	return w.leave(exit)
}

func (w *walker) catch(n node, vars *[variables]int32, depth, nesting int) int {
	const test, take, branch = 4, 2, 1
	tag, value := w.tag, w.value
	if n.form == tryCatch {
		w.fuel += test
		if tag != 0 {
			w.fuel += branch
			return throwing
		}
		vars[n.a] = value
		w.fuel += 2 // the value, and local.set
	}
	w.fuel += take
	switch {
	case w.secondForm && n.form == tryAgain:
		w.fuel += branch + 7 // the number that holds the exception
	case w.secondForm:
		w.fuel += branch
	case n.form == tryAgain:
		w.fuel += 2 * 2 // the tag and the value are kept
	}
	w.thrown, w.caught = false, true
	exit := w.run(n.orElse, vars, depth, nesting+1)
	switch {
	case w.stopped():
		return returning
	case n.form == tryAgain && exit == fallThrough:
		w.thrown, w.tag, w.value = true, tag, value
		if w.secondForm {
			w.fuel += 11 + branch
		} else {
			w.fuel += 2*2 + branch
		}
		return throwing
	case n.form == tryCatch && !w.secondForm && (exit == fallThrough || exit == 0):
		w.fuel += branch
	}
	return w.leave(exit)
}
