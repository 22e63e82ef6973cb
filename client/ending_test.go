package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/result"
)

// TestReadLog: a worker chooses the content of its log. A log that is too long is refused.
func TestReadLog(t *testing.T) {
	answer, status := `{"task":"t","attempt":1,"stderr":"b2gK","note":"out-of-time"}`, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, result.LogPath+"t", r.URL.Path)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	log, err := readLog(within(t), server.URL+"/", "t")
	require.NoError(t, err)
	require.Equal(t, "oh\n", string(log.Stderr))
	require.Equal(t, "out-of-time", log.Note)

	answer = `{"note":"` + strings.Repeat("x", 1<<20) + `"}`
	_, err = readLog(within(t), server.URL, "t")
	require.ErrorContains(t, err, "the worker's answer can't be read")
	status = http.StatusNotFound
	_, err = readLog(within(t), server.URL, "t")
	require.ErrorContains(t, err, "status 404")
	answer = `{"errors":[{"code":"UNKNOWN","message":"this worker has not revealed its answer yet"}]}`
	_, err = readLog(within(t), server.URL, "t")
	require.ErrorContains(t, err, "the worker answers: this worker has not revealed its answer yet")
}

// TestPlansWithoutAClaim: the text of a plan names no chance of a lie if its policy bounds none.
func TestPlansWithoutAClaim(t *testing.T) {
	quorum := &Plan{Replicas: 3, X: "0.000000", Bound: "policy", Text: "3 replicas; a long sentence"}
	require.Equal(t, "3 replicas, the policy's own number; it claims no chance of a lie", quorum.Brief())
	require.Equal(t, "the court of validators runs it again", (&Plan{Court: true, Bound: "policy"}).Brief())
	require.Contains(t, (&Plan{Replicas: 3, X: "0.1", Bound: "debt"}).Brief(), "chance at most 0.1")
}
