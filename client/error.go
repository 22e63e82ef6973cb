package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code says what kind of thing is wrong.
type Code string

// What can be wrong with what was asked for, or how it can end without what was wanted.
const (
	CodeMissing     Code = "missing"     // a value is needed
	CodeInvalid     Code = "invalid"     // the value can't be read, or is none of those that are taken
	CodeTooLarge    Code = "too-large"   // Got is more than Limit
	CodeConflict    Code = "conflict"    // two fields contradict each other
	CodeNotFound    Code = "not-found"   // there is no such file, id or digest
	CodeExists      Code = "exists"      // something is there already, and is never replaced
	CodeAmbiguous   Code = "ambiguous"   // it is the beginning of several
	CodeUnsupported Code = "unsupported" // no worker runs such a module
	CodeUnfunded    Code = "unfunded"    // Got, in ucred, does not suffice for Limit
	CodeExpired     Code = "expired"     // the voucher has expired
	CodeUnmet       Code = "unmet"       // no offer meets the request, or a part of its bag; refunded
	CodeTooFew      Code = "too-few"     // fewer organisations, Got, can be drawn than the plan needs
	CodeCancelled   Code = "cancelled"   // the request was cancelled; refunded
	CodeNoAnswer    Code = "no-answer"   // a task ended without an accepted answer; refunded
	CodeAppFailed   Code = "app-failed"  // the accepted answer is that the program fails
	CodeRunning     Code = "running"     // something that is asked for has not ended
	CodeUnavailable Code = "unavailable" // no store or worker serves what is needed
	CodeUnfinished  Code = "unfinished"  // watching stopped before the end; the tasks run on
	CodeInDoubt     Code = "in-doubt"    // it is not known whether the chain took the request
)

// Error is what is wrong, for programs; callers decide by Code and Field, never by the words. Amounts are in ucred, sizes in
// bytes.
type Error struct {
	Code Code
	// Field of the job, file or call that it is about, as this package names it, such as "MinReplicas"; may be empty.
	Field string
	// Value that the field has.
	Value string
	// Got and Limit are the numbers that were compared, where some were.
	Got, Limit uint64
	// What is wrong, in words without an amount.
	What string
	// Expected says what would be taken; may be empty.
	Expected string
	// Found are the candidates of what is ambiguous, or the servers that were asked.
	Found []string
	// Request and Deal by which what was begun can be followed; empty when nothing was.
	Request, Deal string
	// Task that ended so; may be nil.
	Task *TaskReport
	// Plan and Price of the cheapest offer, and the maximal price that the chain Recommended, where MaxPrice is too little.
	Plan               *Plan
	Price, Recommended uint64
	// Kinds of things that were looked for by an id.
	Kinds []IDKind
	// Issuer of a voucher that does not pay.
	Issuer string
	// Err is the cause; may be nil.
	Err error
}

// Error says all of it in a line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Field != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Field, e.Value)
	}
	b.WriteString(e.What)
	if e.Code == CodeUnfunded || e.Code == CodeTooLarge {
		fmt.Fprintf(&b, ": got %d, limit %d", e.Got, e.Limit)
	}
	if e.Expected != "" {
		b.WriteString("; expected " + e.Expected)
	}
	if len(e.Found) > 0 {
		b.WriteString(": " + strings.Join(e.Found, ", "))
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ID by which what was begun can be followed: the request's, and only without one the deal's.
func (e *Error) ID() string {
	if e.Request != "" {
		return e.Request
	}
	return e.Deal
}

// IsEnding says whether an error says how a request ended, so that there is nothing to go on with.
func IsEnding(err error) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains([]Code{CodeUnmet, CodeCancelled, CodeNoAnswer, CodeAppFailed}, e.Code)
}
