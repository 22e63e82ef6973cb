package reasons

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	errorsmod "cosmossdk.io/errors"
)

// Domain is the domain of errors that no module registered. The domain of other errors is their module.
const Domain = "credence"

// maxMetadata bounds each value of the metadata, in bytes, because a status is sent in a header.
const maxMetadata = 500

// refusal matches the text that cosmossdk.io/errors writes into a gRPC status for a module's error. AddCode writes the same form.
var refusal = regexp.MustCompile(`(?s)^codespace ([a-z0-9_-]+) code ([0-9]+): (.*)$`)

// Describe turns the error of a query into a status with details for programs: a google.rpc.ErrorInfo with the reason and, if the error
// names a field, a google.rpc.BadRequest. It does not change a status that has details.
func Describe(err error) error {
	if err == nil {
		return nil
	}
	s := status.Convert(err)
	if s.Code() == codes.OK || len(s.Proto().GetDetails()) > 0 {
		return err
	}
	info, field := plainInfo(s), (*errdetails.BadRequest)(nil)
	if key, text, found := keyOf(err, s); found {
		if s.Code() == codes.Unknown {
			s = status.New(StatusOf(key), s.Message())
		}
		d := Parse(key, text)
		info, field = moduleInfo(key, d), violation(d)
	}
	details := []protoadapt.MessageV1{info}
	if field != nil {
		details = append(details, field)
	}
	if with, err := s.WithDetails(details...); err == nil {
		s = with
	}
	return s.Err()
}

// keyOf returns the key of the registered error in an error or its status, and its text.
func keyOf(err error, s *status.Status) (Key, string, bool) {
	if m := refusal.FindStringSubmatch(s.Message()); m != nil {
		if code, err := strconv.ParseUint(m[2], 10, 32); err == nil {
			return Key{m[1], uint32(code)}, m[3], true
		}
	}
	var registered *errorsmod.Error
	if !errors.As(err, &registered) {
		return Key{}, "", false
	}
	return Key{registered.Codespace(), registered.ABCICode()}, err.Error(), true
}

// plainInfo returns the info for a status without a module's error.
func plainInfo(s *status.Status) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{Domain: Domain, Reason: plainReason(s.Code())}
}

// plainReason returns the name of a gRPC code in the form of a reason, such as NOT_FOUND.
func plainReason(code codes.Code) string {
	var b strings.Builder
	for i, c := range code.String() {
		if i > 0 && c >= 'A' && c <= 'Z' && code != codes.OK {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String())
}

func moduleInfo(key Key, d Detail) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Domain: key.Codespace, Reason: FindReason(key), Metadata: map[string]string{"code": strconv.FormatUint(uint64(key.Code), 10)}}
	for _, part := range []struct{ name, value string }{{"field", d.Field}, {"value", d.Value}, {"expected", d.Expected}, {"next", d.Next}} {
		if part.value != "" {
			info.Metadata[part.name] = short(part.value)
		}
	}
	return info
}

func violation(d Detail) *errdetails.BadRequest {
	if d.Field == "" {
		return nil
	}
	return &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: short(d.Field), Description: short(d.Text)}}}
}

// short returns the beginning of a text, as valid UTF-8 of at most maxMetadata bytes.
func short(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxMetadata)], "") }

// FromStatus reads what Describe wrote about an error that a module registered.
func FromStatus(s *status.Status) (key Key, d Detail, found bool) {
	for _, detail := range s.Details() {
		info, is := detail.(*errdetails.ErrorInfo)
		if !is || info.GetMetadata()["code"] == "" {
			continue
		}
		code, err := strconv.ParseUint(info.Metadata["code"], 10, 32)
		if err != nil {
			continue
		}
		m := info.Metadata
		return Key{info.Domain, uint32(code)}, Detail{Field: m["field"], Value: m["value"], Expected: m["expected"], Next: m["next"]}, true
	}
	return Key{}, Detail{}, false
}

// Server registers services on another server, so that Describe converts the errors of their methods.
type Server struct{ To gogogrpc.Server }

// RegisterService registers a service with its handlers wrapped.
func (s Server) RegisterService(desc *grpc.ServiceDesc, handler any) {
	wrapped := *desc
	wrapped.Methods, wrapped.Streams = make([]grpc.MethodDesc, len(desc.Methods)), make([]grpc.StreamDesc, len(desc.Streams))
	for i, m := range desc.Methods {
		wrapped.Methods[i] = grpc.MethodDesc{
			MethodName: m.MethodName,
			Handler: func(srv any, ctx context.Context, dec func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				res, err := m.Handler(srv, ctx, dec, interceptor)
				return res, Describe(err)
			},
		}
	}
	for i, stream := range desc.Streams {
		wrapped.Streams[i] = stream
		wrapped.Streams[i].Handler = func(srv any, to grpc.ServerStream) error { return Describe(stream.Handler(srv, to)) }
	}
	s.To.RegisterService(&wrapped, handler)
}

// AddCode puts the codespace and the code of an error into its text. The SDK's simulation returns only the text of an error, and
// the client reads both from it.
func AddCode(err error) error {
	if err == nil {
		return nil
	}
	codespace, code, text := errorsmod.ABCIInfo(err, false)
	return &codedError{text: "codespace " + codespace + " code " + strconv.FormatUint(uint64(code), 10) + ": " + text, err: err}
}

type codedError struct {
	text string
	err  error
}

func (e *codedError) Error() string { return e.text }
func (e *codedError) Unwrap() error { return e.err }
