package load

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result counts how operations ended.
type Result struct {
	// Accepted: sends that a block has executed, tasks that ended with an answer.
	Accepted int `json:"accepted"`
	// Failed: sends that failed in a block, tasks that ended otherwise.
	Failed int `json:"failed"`
	// Endings of tasks, by name, and of operations whose transaction a block refused, by its codespace and code.
	Endings map[string]int `json:"endings,omitempty"`

	latencies []time.Duration
}

// noteAccepted notes n accepted operations; took is the time from sending them to seeing their end in a block.
func (r *Result) noteAccepted(n int, took time.Duration) {
	r.Accepted += n
	for range n {
		r.latencies = append(r.latencies, took)
	}
}

// noteRefused notes n operations whose transaction a block refused.
func (r *Result) noteRefused(n int, refusal string) {
	if n > 0 {
		r.Failed += n
		r.Endings["refused by the chain: "+refusal] += n
	}
}

// Latency returns a quantile of the latencies of accepted operations, such as 0.5 for the median; 0 if there are none.
func (r Result) Latency(share float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.latencies))
	return sorted[int(share*float64(len(sorted)-1))]
}

// Report has the results of a run.
type Report struct {
	Work            string         `json:"work"`
	Accounts        int            `json:"accounts"`
	Batch           int            `json:"batch"`
	AskedRate       float64        `json:"asked_rate"`
	Blocks          int64          `json:"blocks"`
	Seconds         float64        `json:"seconds"`
	SendingSeconds  float64        `json:"sending_seconds"`
	HeldBackSeconds float64        `json:"held_back_seconds"`
	Sent            int            `json:"sent_transactions"`
	Refused         map[string]int `json:"refused_transactions,omitempty"`
	UnderWay        int            `json:"under_way"`
	Result
	// Measured says that NodeSeconds, the processor time of the nodes' processes, was measured.
	Measured    bool    `json:"measured"`
	NodeSeconds float64 `json:"node_seconds"`
}

// PerSecond returns the accepted operations per second, from the first one that was sent to the last one that ended.
func (r *Report) PerSecond() float64 { return float64(r.Accepted) / r.Seconds }

// NodeMillis returns the processor time of the nodes for each accepted operation, in milliseconds. It includes the time for empty blocks.
func (r *Report) NodeMillis() float64 { return r.NodeSeconds * 1e3 / float64(max(1, r.Accepted)) }

// Write writes the report for people.
func (r *Report) Write(w io.Writer) {
	fmt.Fprintf(w, "%s in %.1f s and %d blocks, from %d accounts, up to %d in a transaction\n", count(r.Accepted+r.Failed, r.Work), r.Seconds, r.Blocks, r.Accounts, r.Batch)
	fmt.Fprintf(w, "accepted   %d, %.1f a second (asked for: %g)\n", r.Accepted, r.PerSecond(), r.AskedRate)
	fmt.Fprintf(w, "latency    %.2f s half, %.2f s 95 of 100, %.2f s the longest\n", r.Latency(.5).Seconds(), r.Latency(.95).Seconds(), r.Latency(1).Seconds())
	if r.Failed > 0 {
		fmt.Fprintf(w, "failed     %d\n", r.Failed)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Endings)) {
		fmt.Fprintf(w, "ended      %d %s\n", r.Endings[name], name)
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Refused)) {
		fmt.Fprintf(w, "refused    %d transactions: %s\n", r.Refused[reason], reason)
	}
	if r.UnderWay > 0 {
		fmt.Fprintf(w, "under way  %d when the time was over\n", r.UnderWay)
	}
	if r.HeldBackSeconds > 0.1 {
		fmt.Fprintf(w, "held back  %.1f s, because as many were under way as --most allows\n", r.HeldBackSeconds)
	}
	if r.Measured {
		fmt.Fprintf(w, "nodes      %.1f s of processor time, %.2f of a processor, %.2f ms for each accepted %s\n", r.NodeSeconds, r.NodeSeconds/r.Seconds, r.NodeMillis(), r.Work)
	}
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}

// tick is the unit in which Linux reports the processor time of processes, on all architectures.
const tick = 10 * time.Millisecond

// processorTime returns the user and system time that processes of this machine have used.
func processorTime(pids []int) (sum time.Duration, err error) {
	if len(pids) > 0 && runtime.GOOS != "linux" {
		return 0, fmt.Errorf("--pid: processor time of other processes is read on Linux alone, this is %s", runtime.GOOS)
	}
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, fmt.Errorf("--pid %d: there is no such process here: %w", pid, err)
		}
		// The name in parentheses may hold anything. After it come the state and then numbers: utime and stime are the 12th and the 13th.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		for _, field := range fields[11:13] {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("--pid %d: %q is no processor time: %w", pid, field, err)
			}
			sum += time.Duration(n) * tick
		}
	}
	return sum, nil
}
