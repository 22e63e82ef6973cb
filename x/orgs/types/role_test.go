package types_test

import (
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/orgs/types"
)

// TestRolesHaveWords takes every role through the word that people write for it: those that organisations hold come back, the others
// are refused with the words that would do.
func TestRolesHaveWords(t *testing.T) {
	for number := range types.Role_name {
		role := types.Role(number)
		read, err := types.ParseRole(role.Word())
		if role.Holdable() {
			require.NoError(t, err)
			require.Equal(t, role, read)
			continue
		}
		require.ErrorContains(t, err, "expected one of validator, worker, provider, requester, pool-operator", role.Word())
	}
	read, err := types.ParseRole(" Pool_Operator ")
	require.NoError(t, err)
	require.Equal(t, types.ROLE_POOL_OPERATOR, read)
	for _, word := range []string{"", "pool operator", "role-worker", "anyone"} {
		_, err := types.ParseRole(word)
		require.Error(t, err, "%q", word)
	}
}

// TestRolesAreReadOffMessages reads the options of messages as the guard does.
func TestRolesAreReadOffMessages(t *testing.T) {
	for _, tc := range []struct {
		msg     gogoproto.Message
		role    types.Role
		refused bool
	}{
		{&types.MsgAdmit{}, types.ROLE_AUTHORITY, false},
		{&markettypes.MsgSubmitTask{}, types.ROLE_REQUESTER, true},
		{&types.MsgAdmitResponse{}, types.ROLE_UNSPECIFIED, false},
	} {
		d, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(gogoproto.MessageName(tc.msg)))
		require.NoError(t, err)
		desc := d.(protoreflect.MessageDescriptor)
		role, err := types.RoleOf(desc)
		require.NoError(t, err)
		require.Equal(t, tc.role, role, desc.FullName())
		refused, err := types.RefusedInPause(desc)
		require.NoError(t, err)
		require.Equal(t, tc.refused, refused, desc.FullName())
	}
}
