package release_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/release"
)

// FuzzServer: the server refuses any posted text with one of its reasons. It gives a key only to a request that is, byte for byte, the
// one that the worker signed.
func FuzzServer(f *testing.F) {
	f.Add([]byte("{}"), []byte("{}"))
	f.Add([]byte(`{"chain_id":"credence-test","task":"ab","blob":"sha256:00","session":"AAAA"}`), []byte(`{"request":"e30=","pub_key":"","signature":"AA=="}`))
	f.Fuzz(func(t *testing.T, request, whole []byte) {
		w := newWorld(t)
		post := func(body []byte) {
			rec := httptest.NewRecorder()
			w.server.ServeHTTP(rec, httptest.NewRequestWithContext(context.Background(), http.MethodPost, release.Path, bytes.NewReader(body)))
			require.NotEqual(t, http.StatusOK, rec.Code)
			var refusal release.Refusal
			require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &refusal))
			require.NotEmpty(t, refusal.Reason)
		}
		post(whole)
		var empty release.Request // signed as it is, so that the checks after the signature are reached
		signed, err := empty.Sign(w.worker)
		require.NoError(t, err)
		signed.Request = request
		signed.Signature, err = w.worker.Sign(append([]byte("credence/key-request/v1\n"), request...))
		require.NoError(t, err)
		body, err := json.Marshal(signed)
		require.NoError(t, err)
		post(body)
	})
}

// FuzzOpenGrant: an answer that is no age file for the identity is an error. So is a valid answer with any byte changed.
func FuzzOpenGrant(f *testing.F) {
	f.Add([]byte("age-encryption.org/v1\n-> X25519 "), uint(3), byte(1))
	f.Add([]byte{}, uint(0), byte(255))
	f.Fuzz(func(t *testing.T, answer []byte, at uint, flip byte) {
		w := newWorld(t)
		_, _, err := release.OpenGrant(answer, w.mine)
		require.Error(t, err)
		good, err := w.send(w.request())
		require.NoError(t, err)
		if flip == 0 {
			return
		}
		good[at%uint(len(good))] ^= flip
		_, _, err = release.OpenGrant(good, w.mine)
		require.Error(t, err)
	})
}

// FuzzRecord: a record that was written by hand is read or refused. A record that is read is written back unchanged.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"blob":"sha256:00","apps":["a"],"require_enclave":true,"measurements":["x"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r release.Record
		if json.Unmarshal(text, &r) != nil {
			return
		}
		out, err := json.Marshal(r)
		if err != nil {
			return // JSON cannot write this time
		}
		var again release.Record
		require.NoError(t, json.Unmarshal(out, &again))
		second, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(out), string(second))
	})
}
