package unseal_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/unseal"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
)

// TestEnclaveKeepsTheKey: under a policy whose answers an enclave signs, a worker in an enclave asks for the key with its session's
// signature. The key is encrypted for an identity that lies on no disk. The worker keeps no key and passes none on. Outside of an
// enclave the same worker gets no key.
func TestEnclaveKeepsTheKey(t *testing.T) {
	s := newStage(t)
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("machine"), Measurement: attester.DefaultMeasurement()}, "first")
	require.NoError(t, err)
	key, measured := session.Key(), artifact.Sum([]byte("image")).Hex()
	agent := s.agent.Config.Handler.(*release.Server)
	agent.Sessions = func(context.Context, string) ([]enclavestypes.SessionState, error) {
		return []enclavestypes.SessionState{{Session: enclavestypes.Session{Key: key[:], Measurement: measured}}}, nil
	}
	records := agent.Vault.(release.Owner).Records
	r, err := records.Load(artifact.Sum(s.file))
	require.NoError(t, err)
	r.RequireEnclave, r.Measurements = true, []string{measured}
	require.NoError(t, records.Save(r))
	s.deal.Terms.Policy = poco.PolicyAttested

	require.ErrorContains(t, s.open("first"), "enclave-required")
	first := s.parties["first"]
	first.Enclave, err = unseal.NewEnclave(session)
	require.NoError(t, err)
	require.NoError(t, s.open("first"))
	require.NoDirExists(t, first.Folder)
	require.Error(t, s.open("second", "first"), "nothing is passed on")

	// The operator's node tells the enclave of another program. The enclave does not get the key, and so cannot hand it the file.
	s.lie = func(d *dealstypes.Deal) { d.Digest = artifact.Sum([]byte("it writes what it reads")).String() }
	require.ErrorContains(t, s.open("first"), "other-job")
	s.lie = nil

	// If the task has other replicas, the key is kept as usual, because it is owed to them.
	r.RequireEnclave, r.Measurements = false, nil
	require.NoError(t, records.Save(r))
	s.deal.Terms.Policy = poco.PolicyCredence
	require.NoError(t, s.open("first"))
	files, err := os.ReadDir(first.Folder)
	require.NoError(t, err)
	require.Len(t, files, 1)

	none, err := unseal.NewEnclave(nil)
	require.NoError(t, err)
	require.Nil(t, none)
}
