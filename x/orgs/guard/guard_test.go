package guard_test

import (
	"context"
	"errors"
	"testing"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdktestutil "github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/orgs/guard"
	"github.com/credence-chain/credence/x/orgs/types"
)

// world is everything that a guard asks, and the registrar behind it.
type world struct {
	asked   []types.Role        // of whom was asked
	denied  map[string]error    // by account
	limited map[string]error    // by account
	paused  error               // nil while the chain runs
	signers map[string][][]byte // by the message's name
	methods map[string]grpc.MethodDesc
	handled int
}

func newWorld() *world {
	return &world{denied: map[string]error{}, limited: map[string]error{}, signers: map[string][][]byte{}, methods: map[string]grpc.MethodDesc{}}
}

func (w *world) guard(table guard.Table) *guard.Guard {
	return guard.New(w, w, w, w, w, gogoproto.HybridResolver, table)
}

func (w *world) Authorize(_ context.Context, account sdk.AccAddress, role types.Role) (string, error) {
	w.asked = append(w.asked, role)
	return "", w.denied[string(account)]
}

func (w *world) Allow(_ context.Context, account sdk.AccAddress, _ any) error {
	return w.limited[string(account)]
}

func (w *world) CheckRunning(context.Context) error { return w.paused }

func (w *world) GetMsgV1Signers(msg gogoproto.Message) ([][]byte, protoreflect.ProtoMessage, error) {
	signers, known := w.signers[gogoproto.MessageName(msg)]
	if !known {
		return nil, nil, errors.New("no signer field")
	}
	return signers, nil, nil
}

// RegisterService is the router behind the guard.
func (w *world) RegisterService(sd *grpc.ServiceDesc, _ any) {
	for _, m := range sd.Methods {
		w.methods[m.MethodName] = m
	}
}

var _ gogogrpc.Server = (*world)(nil)

// service is the description of one of the chain's services as far as the guard reads it, with a handler that counts.
func (w *world) service(name string, methods ...string) *grpc.ServiceDesc {
	sd := &grpc.ServiceDesc{ServiceName: name}
	for _, m := range methods {
		sd.Methods = append(sd.Methods, grpc.MethodDesc{MethodName: m, Handler: func(
			_ any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor,
		) (any, error) {
			var req any
			if err := decode(&req); err != nil {
				return nil, err
			}
			return interceptor(ctx, req, nil, func(context.Context, any) (any, error) {
				w.handled++
				return "done", nil
			})
		}})
	}
	return sd
}

// send sends a message through the guard.
func (w *world) send(t *testing.T, method string, msg any, outer grpc.UnaryServerInterceptor) (any, error) {
	t.Helper()
	ctx := sdktestutil.DefaultContext(storetypes.NewKVStoreKey("test"), storetypes.NewTransientStoreKey("transient"))
	return w.methods[method].Handler(nil, ctx, func(req any) error {
		*req.(*any) = msg
		return nil
	}, outer)
}

const orgsService = "credence.orgs.v1.Msg"

func TestGuardAsksForTheRoleOfEachSigner(t *testing.T) {
	w := newWorld()
	w.guard(nil).RegisterService(w.service(orgsService, "Admit", "AcceptMembership"), nil)
	w.signers["credence.orgs.v1.MsgAdmit"] = [][]byte{[]byte("council"), []byte("second")}
	w.signers["credence.orgs.v1.MsgAcceptMembership"] = [][]byte{[]byte("alice")}

	done, err := w.send(t, "Admit", &types.MsgAdmit{}, nil)
	require.NoError(t, err)
	require.Equal(t, "done", done)
	require.Equal(t, []types.Role{types.ROLE_AUTHORITY, types.ROLE_AUTHORITY}, w.asked)

	w.denied["second"] = types.ErrRole
	_, err = w.send(t, "Admit", &types.MsgAdmit{}, nil)
	require.ErrorIs(t, err, types.ErrRole)
	require.ErrorContains(t, err, "/credence.orgs.v1.MsgAdmit")
	require.Equal(t, 1, w.handled, "what is refused does not come to its handler")

	w.asked = nil
	_, err = w.send(t, "AcceptMembership", &types.MsgAcceptMembership{}, nil)
	require.NoError(t, err)
	require.Empty(t, w.asked, "anyone may")
}

func TestGuardRefuses(t *testing.T) {
	broken := errors.New("broken")
	for _, tc := range []struct {
		name     string
		malleate func(w *world)
		msg      any
		says     string
	}{
		{"what is no message", func(*world) {}, 7, "int is not a message"},
		{"a message whose signers nobody knows", func(w *world) { delete(w.signers, "credence.orgs.v1.MsgLeave") }, &types.MsgLeave{}, "no signer field"},
		{"a message that nobody signed", func(w *world) { w.signers["credence.orgs.v1.MsgLeave"] = nil }, &types.MsgLeave{}, "has no signer"},
		{"an account that is held to others", func(w *world) { w.limited["alice"] = broken }, &types.MsgLeave{}, "broken"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld()
			w.guard(nil).RegisterService(w.service(orgsService, "Leave"), nil)
			w.signers["credence.orgs.v1.MsgLeave"] = [][]byte{[]byte("alice")}
			tc.malleate(w)
			_, err := w.send(t, "Leave", tc.msg, nil)
			require.ErrorContains(t, err, tc.says)
			require.Zero(t, w.handled)
		})
	}
}

// A pause refuses the messages that begin new work, and no others; which they are the guard says by name.
func TestGuardInAPause(t *testing.T) {
	w := newWorld()
	g := w.guard(nil)
	g.RegisterService(w.service("credence.market.v1.Msg", "SubmitTask", "CancelRequest"), nil)
	w.signers["credence.market.v1.MsgSubmitTask"], w.signers["credence.market.v1.MsgCancelRequest"] = [][]byte{[]byte("rita")}, [][]byte{[]byte("rita")}
	require.True(t, g.RefusedInPause("credence.market.v1.MsgSubmitTask"))
	require.False(t, g.RefusedInPause("credence.market.v1.MsgCancelRequest"))
	_, err := w.send(t, "SubmitTask", &markettypes.MsgSubmitTask{}, nil)
	require.NoError(t, err)
	w.paused = errors.New("the chain is paused")
	_, err = w.send(t, "SubmitTask", &markettypes.MsgSubmitTask{}, nil)
	require.ErrorIs(t, err, w.paused)
	_, err = w.send(t, "CancelRequest", &markettypes.MsgCancelRequest{}, nil)
	require.NoError(t, err)
	require.Equal(t, 2, w.handled)
}

// The check is the last before the handler: an interceptor of the caller runs around it, and a request that cannot be decoded
// never comes to it.
func TestGuardIsDirectlyBeforeTheHandler(t *testing.T) {
	w := newWorld()
	w.guard(nil).RegisterService(w.service(orgsService, "Leave"), nil)
	w.signers["credence.orgs.v1.MsgLeave"] = [][]byte{[]byte("alice")}
	var order []string
	outer := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		order = append(order, "outer")
		w.limited["alice"] = errors.New("decided by then")
		return next(ctx, req)
	}
	_, err := w.send(t, "Leave", &types.MsgLeave{}, outer)
	require.ErrorContains(t, err, "decided by then")
	require.Equal(t, []string{"outer"}, order)
	require.Zero(t, w.handled)
}

func TestRolesOfMessages(t *testing.T) {
	w := newWorld()
	g := w.guard(guard.Table{"cosmos.bank.v1beta1.MsgSend": types.ROLE_ANYONE, "credence.orgs.v1.MsgLeave": types.ROLE_AUTHORITY})
	for name, want := range map[protoreflect.FullName]types.Role{
		"credence.orgs.v1.MsgAddMember":    types.ROLE_ORG_ADMIN,
		"credence.market.v1.MsgSubmitTask": types.ROLE_REQUESTER,
		"cosmos.bank.v1beta1.MsgSend":      types.ROLE_ANYONE,
		"credence.orgs.v1.MsgLeave":        types.ROLE_AUTHORITY, // the table comes first
	} {
		role, err := g.RoleOf(name)
		require.NoError(t, err)
		require.Equal(t, want, role, name)
	}
	for name, says := range map[protoreflect.FullName]string{
		"credence.orgs.v1.MsgAdmitResponse": "has no role",
		"credence.orgs.v1.Msg":              "is not a message",
		"credence.orgs.v1.MsgNone":          "message credence.orgs.v1.MsgNone",
	} {
		_, err := g.RoleOf(name)
		require.ErrorContains(t, err, says)
	}
}

// A service with a message that has no role stops the application from starting.
func TestServicesWithoutRolesDoNotStart(t *testing.T) {
	for name, sd := range map[string]struct{ service, method string }{
		"a service that there is not": {"credence.orgs.v1.None", "Admit"},
		"a name that is no service":   {"credence.orgs.v1.MsgAdmit", "Admit"},
		"a method that there is not":  {orgsService, "None"},
		"a method without a role":     {"credence.orgs.v1.Query", "Params"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			require.Panics(t, func() { w.guard(nil).RegisterService(w.service(sd.service, sd.method), nil) })
			require.Empty(t, w.methods)
		})
	}
}
