// Package guard enforces roles, and no other package does. It wraps the registrar of message services.
//
// It sits between the modules and the message router. So every message passes it directly before its handler, whether a
// transaction, an authz grant or a governance proposal brings it. Each method's role is resolved once, when its service is
// registered. A method without a role stops the application from starting.
package guard

import (
	"context"
	"fmt"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsmod "cosmossdk.io/errors"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// Authorizer answers whether an account may do what a role allows.
type Authorizer interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role types.Role) (orgID string, err error)
}

// Limits restricts some accounts to some messages, whatever role the message needs.
type Limits interface {
	// Allow returns why an account may not send a message, or nil.
	Allow(ctx context.Context, account sdk.AccAddress, msg any) error
}

// Pause says whether new work may begin.
type Pause interface {
	// CheckRunning returns an error while the chain is paused.
	CheckRunning(ctx context.Context) error
}

// Signers reads the accounts that sign a message.
type Signers interface {
	GetMsgV1Signers(msg gogoproto.Message) ([][]byte, protoreflect.ProtoMessage, error)
}

// Descriptors finds descriptors by name.
type Descriptors interface {
	FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error)
}

// Table gives roles, by full name, to messages of other projects, which declare none.
type Table map[protoreflect.FullName]types.Role

// Guard is a registrar of message services that checks roles.
type Guard struct {
	next        gogogrpc.Server
	auth        Authorizer
	limits      Limits
	pause       Pause
	signers     Signers
	descriptors Descriptors
	table       Table
	refused     map[protoreflect.FullName]bool // the messages that a pause refuses
}

var _ gogogrpc.Server = (*Guard)(nil)

// New returns a guard that registers guarded services with next.
func New(next gogogrpc.Server, auth Authorizer, limits Limits, pause Pause, signers Signers, descriptors Descriptors, table Table) *Guard {
	return &Guard{next: next, auth: auth, limits: limits, pause: pause, signers: signers, descriptors: descriptors, table: table, refused: map[protoreflect.FullName]bool{}}
}

// RegisterService registers the service with every method guarded. It panics on a message without a role: such a program has a
// mistake and must not run.
func (g *Guard) RegisterService(sd *grpc.ServiceDesc, impl any) {
	guarded := *sd
	guarded.Methods = make([]grpc.MethodDesc, len(sd.Methods))
	for i, m := range sd.Methods {
		name, rule, err := g.ruleOfMethod(sd.ServiceName, m.MethodName)
		if err != nil {
			panic(err)
		}
		g.refused[name] = rule.refusedInPause
		guarded.Methods[i] = grpc.MethodDesc{MethodName: m.MethodName, Handler: g.guardMethod(m.Handler, rule)}
	}
	g.next.RegisterService(&guarded, impl)
}

type methodHandler = func(srv any, ctx context.Context, dec func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error)

// guardMethod puts the check after decoding and directly before the handler.
func (g *Guard) guardMethod(method methodHandler, rule rule) methodHandler {
	return func(srv any, ctx context.Context, dec func(any) error, outer grpc.UnaryServerInterceptor) (any, error) {
		return method(srv, ctx, dec, func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			checked := func(ctx context.Context, req any) (any, error) {
				if err := g.checkSigners(ctx, req, rule); err != nil {
					return nil, err
				}
				return handler(ctx, req)
			}
			if outer == nil {
				return checked(ctx, req)
			}
			return outer(ctx, req, info, checked)
		})
	}
}

// rule is what a message declares about itself.
type rule struct {
	role           types.Role
	refusedInPause bool
}

// checkSigners checks that the message may be sent now. It also checks that each signer has the message's role and is allowed to
// send it by the limits.
func (g *Guard) checkSigners(ctx context.Context, req any, rule rule) error {
	msg, ok := req.(gogoproto.Message)
	if !ok {
		return types.ErrRole.Wrapf("%T is not a message", req)
	}
	signers, _, err := g.signers.GetMsgV1Signers(msg)
	if err != nil {
		return types.ErrRole.Wrapf("signers of %s: %s", sdk.MsgTypeURL(msg), err)
	}
	if len(signers) == 0 {
		return types.ErrRole.Wrapf("%s has no signer", sdk.MsgTypeURL(msg))
	}
	// The pause and the limits cost one look-up by key each. These are not metered, so that the gas of a message does not depend on them.
	free := sdk.UnwrapSDKContext(ctx).WithGasMeter(storetypes.NewInfiniteGasMeter())
	if rule.refusedInPause {
		if err := g.pause.CheckRunning(free); err != nil {
			return errorsmod.Wrap(err, sdk.MsgTypeURL(msg))
		}
	}
	for _, s := range signers {
		if err := g.limits.Allow(free, s, req); err != nil {
			return errorsmod.Wrap(err, sdk.MsgTypeURL(msg))
		}
		if rule.role == types.ROLE_ANYONE {
			continue
		}
		if _, err := g.auth.Authorize(ctx, s, rule.role); err != nil {
			// Wrapped by errorsmod, not by fmt: clients see the code of a registered error only through its own wrapping.
			return errorsmod.Wrap(err, sdk.MsgTypeURL(msg))
		}
	}
	return nil
}

// RoleOf returns the role of the message with this name. The table's entry comes before the message's own option.
func (g *Guard) RoleOf(name protoreflect.FullName) (types.Role, error) {
	rule, err := g.ruleOf(name)
	return rule.role, err
}

// RefusedInPause says whether a pause of the chain refuses the message with this name. The message's service must have been
// registered.
func (g *Guard) RefusedInPause(name protoreflect.FullName) bool { return g.refused[name] }

func (g *Guard) ruleOf(name protoreflect.FullName) (out rule, err error) {
	if role, ok := g.table[name]; ok {
		return rule{role: role}, nil
	}
	desc, err := g.descriptors.FindDescriptorByName(name)
	if err != nil {
		return out, fmt.Errorf("message %s: %w", name, err)
	}
	msg, ok := desc.(protoreflect.MessageDescriptor)
	if !ok {
		return out, fmt.Errorf("%s is not a message", name)
	}
	if out.role, err = types.RoleOf(msg); err != nil {
		return out, err
	}
	if out.role == types.ROLE_UNSPECIFIED {
		return out, fmt.Errorf("message %s has no role: expected option (credence.orgs.v1.role), or an entry in the table of roles", name)
	}
	out.refusedInPause, err = types.RefusedInPause(msg)
	return out, err
}

// ruleOfMethod returns the name of a method's message, and the message's rule.
func (g *Guard) ruleOfMethod(service, method string) (name protoreflect.FullName, out rule, err error) {
	desc, err := g.descriptors.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		return "", out, fmt.Errorf("service %s: %w", service, err)
	}
	sd, ok := desc.(protoreflect.ServiceDescriptor)
	if !ok {
		return "", out, fmt.Errorf("%s is not a service", service)
	}
	md := sd.Methods().ByName(protoreflect.Name(method))
	if md == nil {
		return "", out, fmt.Errorf("service %s has no method %s", service, method)
	}
	out, err = g.ruleOf(md.Input().FullName())
	return md.Input().FullName(), out, err
}
