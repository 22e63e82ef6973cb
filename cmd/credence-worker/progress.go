package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/result"
)

// ownProgress serves what the agent does for the tasks that it has not answered: for one task at /progress/TASK, for all of them at
// /progress/. Before there is an agent, it does nothing for any task.
type ownProgress struct {
	agent atomic.Pointer[agent.Agent]
}

// ServeHTTP implements http.Handler.
func (p *ownProgress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	work := []result.Progress{}
	if a := p.agent.Load(); a != nil {
		work = append(work, a.ListWork()...)
	}
	task := strings.ToLower(r.PathValue("task"))
	if task == "" {
		writeProgress(w, work)
		return
	}
	for i := len(work) - 1; i >= 0; i-- { // the latest attempt is the last one
		if work[i].Task == task {
			writeProgress(w, work[i])
			return
		}
	}
	artifact.WriteError(w, http.StatusNotFound, "UNKNOWN", "this worker does nothing for that task now")
}

func writeProgress(w http.ResponseWriter, said any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(said)
}
