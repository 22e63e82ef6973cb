package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code is the kind of an Error.
type Code string

// Codes for what is wrong with a call or a job, and for the ways in which a job ends without its answer.
const (
	CodeMissing     Code = "missing"     // a value is needed
	CodeInvalid     Code = "invalid"     // the value can't be read, or is not allowed
	CodeTooLarge    Code = "too-large"   // Got is more than Limit
	CodeConflict    Code = "conflict"    // two fields contradict each other
	CodeNotFound    Code = "not-found"   // there is no such file, id or digest
	CodeExists      Code = "exists"      // the target exists already, and is never replaced
	CodeAmbiguous   Code = "ambiguous"   // the value is a prefix of several ids or digests
	CodeUnsupported Code = "unsupported" // no worker runs such a module
	CodeUnfunded    Code = "unfunded"    // Got is less than Limit, which is needed; in ucred
	CodeExpired     Code = "expired"     // the voucher has expired
	CodeUnmet       Code = "unmet"       // no offer meets the request, or a part of its bag; refunded
	CodeSkipped     Code = "skipped"     // a request that it waited for ended without its results; refunded
	CodeTooFew      Code = "too-few"     // Got organisations can be drawn, which are fewer than the plan needs
	CodeCancelled   Code = "cancelled"   // the request was cancelled; refunded
	CodeNoAnswer    Code = "no-answer"   // a task ended without an accepted answer; refunded
	CodeAppFailed   Code = "app-failed"  // the accepted answer is that the program fails
	CodeRunning     Code = "running"     // a task whose end was asked for has not ended
	CodeUnavailable Code = "unavailable" // no store or worker serves what is needed
	CodeUnfinished  Code = "unfinished"  // watching stopped before the end; the tasks run on
	CodeInDoubt     Code = "in-doubt"    // it is not known whether the chain took the request
)

// Error says for programs what is wrong. Callers decide by Code and Field, never by the words. Amounts are in ucred, sizes in bytes.
type Error struct {
	Code Code
	// Field is the field of the job, file or call that is wrong, by its name in this package, such as "MinReplicas"; may be empty.
	Field string
	// Value that the field has.
	Value string
	// Got and Limit are the two numbers that were compared; 0 if none were.
	Got, Limit uint64
	// What says what is wrong, in words without an amount.
	What string
	// Expected says what would be accepted; may be empty.
	Expected string
	// Found has the candidates for an ambiguous value, or the servers that were asked.
	Found []string
	// Request and Deal are the ids by which the work that was begun can be followed; empty if none was.
	Request, Deal string
	// Task is the task that ended without success; may be nil.
	Task *TaskReport
	// If MaxPrice is too low: Plan and Price are those of the cheapest offer, and Recommended is the maximal price that the chain advises.
	Plan               *Plan
	Price, Recommended uint64
	// Kinds are the kinds of records among which an id was looked up.
	Kinds []IDKind
	// Issuer is the issuer of a voucher that cannot pay.
	Issuer string
	// Err is the cause; may be nil.
	Err error
}

// Error says everything in one line.
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

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ID returns the id by which the work that was begun can be followed: the request's or, without one, the deal's.
func (e *Error) ID() string {
	if e.Request != "" {
		return e.Request
	}
	return e.Deal
}

// IsEnding says whether an error tells how a request ended, so that nothing of it is left to follow.
func IsEnding(err error) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains([]Code{CodeUnmet, CodeSkipped, CodeCancelled, CodeNoAnswer, CodeAppFailed}, e.Code)
}
