package reasons_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/internal/reasons"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// ways are the forms in which a module's error reaches the end of a query.
var ways = map[string]func(error) error{
	"as it is": func(err error) error { return err },
	"in words": func(err error) error { return fmt.Errorf("order: %w", err) },
	"as a status": func(err error) error {
		return status.Error(codes.Unknown, status.Convert(err).Message())
	},
	"simulated": func(err error) error {
		err = reasons.AddCode(errorsmod.Wrapf(err, "failed to execute message; message index: %d", 0))
		return status.Errorf(codes.Unknown, "%v with gas used: '%d'", err, 7)
	},
}

// TestEveryErrorIsDescribed: each registered error of a module keeps its module, its number, its reason and the parts of its sentence
// in every one of these forms.
func TestEveryErrorIsDescribed(t *testing.T) {
	for _, e := range reasons.All() {
		registered := errorsmod.ABCIError(e.Codespace, e.Code, "price: got 0, expected 1 to 5; raise it")
		for way, come := range ways {
			s := status.Convert(reasons.Describe(come(registered)))
			name := fmt.Sprintf("%s %s %s: %v", e.Codespace, e.Reason, way, s)
			require.NotEqual(t, codes.Unknown, s.Code(), name)
			key, d, found := reasons.FromStatus(s)
			require.True(t, found, name)
			require.Equal(t, e.Key, key, name)
			require.Equal(t, e.Reason, infoOf(s).Reason, name)
			require.Equal(t, e.Codespace, infoOf(s).Domain, name)
			require.Equal(t, "price", strings.TrimPrefix(d.Field, "order."), name)
			require.Equal(t, []string{"0", "1 to 5", "raise it"}, []string{d.Value, d.Expected, d.Next}, name)
			require.Equal(t, d.Field, violationsOf(s)[0].Field, name)
			require.Contains(t, violationsOf(s)[0].Description, "got 0, expected 1 to 5; raise it", name)
			again, _ := status.FromError(reasons.Describe(s.Err()))
			require.Equal(t, len(s.Details()), len(again.Details()), "%s: details are given once", name)
		}
	}
}

func infoOf(s *status.Status) *errdetails.ErrorInfo {
	info, _ := s.Details()[0].(*errdetails.ErrorInfo)
	return info
}

func violationsOf(s *status.Status) []*errdetails.BadRequest_FieldViolation {
	for _, d := range s.Details() {
		if bad, is := d.(*errdetails.BadRequest); is {
			return bad.FieldViolations
		}
	}
	return nil
}

// TestWhatNoModuleSaid: a status that comes from no module keeps its code, and the code's name is its reason. A nil error stays nil.
func TestWhatNoModuleSaid(t *testing.T) {
	require.NoError(t, reasons.Describe(nil))
	require.NoError(t, reasons.AddCode(nil))
	for code, want := range map[codes.Code]string{
		codes.NotFound: "NOT_FOUND", codes.InvalidArgument: "INVALID_ARGUMENT", codes.Unknown: "UNKNOWN", codes.Canceled: "CANCELED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	} {
		s := status.Convert(reasons.Describe(status.Error(code, "why")))
		require.Equal(t, code, s.Code())
		require.Equal(t, "why", s.Message())
		require.Equal(t, want, infoOf(s).Reason)
		require.Equal(t, reasons.Domain, infoOf(s).Domain)
		_, _, found := reasons.FromStatus(s)
		require.False(t, found, "no module's error")
		require.Empty(t, violationsOf(s))
	}
	require.Equal(t, "UNKNOWN", infoOf(status.Convert(reasons.Describe(errors.New("x")))).Reason)
	// An error of an SDK module that is not in the table.
	s := status.Convert(reasons.Describe(status.Error(codes.Unknown, "codespace gov code 7: no such thing")))
	require.Equal(t, "CODE_7", infoOf(s).Reason)
	require.Equal(t, codes.Unknown, s.Code())
	require.ErrorIs(t, reasons.AddCode(markettypes.ErrOrder.Wrap("x")), markettypes.ErrOrder)
}

// TestParse covers the forms of the modules' sentences, and sentences without a field.
func TestParse(t *testing.T) {
	key := reasons.Key{Codespace: markettypes.ModuleName, Code: markettypes.ErrOrder.ABCICode()}
	for text, want := range map[string]reasons.Detail{
		"price: got 0, expected 1 to 5: invalid order":                           {Field: "price", Value: "0", Expected: "1 to 5"},
		"invalid order: price: 0, expected 1 to 5; raise it":                     {Field: "price", Value: "0", Expected: "1 to 5", Next: "raise it"},
		"price of acme/count: 0 ucred, expected at least 5":                      {Field: "price", Value: "0 ucred", Expected: "at least 5"},
		"orders[2]: app.price: got 0, expected 1":                                {Field: "orders[2].app.price", Value: "0", Expected: "1"},
		`id "A:b, c": expected only a-z`:                                         {Field: "id", Value: "A:b, c", Expected: "only a-z"},
		`digest: got "x", expected "sha256:" and digits`:                         {Field: "digest", Value: "x", Expected: `"sha256:" and digits`},
		"failed to execute message; message index: 3: size: got 9, expected 1":   {Field: "size", Value: "9", Expected: "1"},
		"size: got 9, expected 1: invalid order with gas used: '81'":             {Field: "size", Value: "9", Expected: "1"},
		"pool: expected a pool order":                                            {Field: "pool", Expected: "a pool order"},
		"request: expected an app order; submit a task to request one":           {Field: "request", Expected: "an app order", Next: "submit a task to request one"},
		`owner "5e" of acme/count: expected an address`:                          {Field: "owner", Value: "5e", Expected: "an address"},
		`name "": 0 characters, expected 1 to 64`:                                {Field: "name", Expected: "1 to 64"},
		"court account of acme: cred1x is its operator; expected another":        {},
		"to: cred1x is the account of a module; expected another":                {Field: "to", Value: "cred1x is the account of a module", Expected: "another"},
		"voucher 5e was issued by cred1x":                                        {},
		"":                                                                       {},
		"Price: got 0, expected 1":                                               {},
		"order: missing, expected the order that was signed":                     {Field: "order", Value: "missing", Expected: "the order that was signed"},
		"onchain: got none, expected the file that is the value of the feed a/b": {Field: "onchain", Value: "none", Expected: "the file that is the value of the feed a/b"},
	} {
		got := reasons.Parse(key, text)
		got.Text = ""
		require.Equal(t, want, got, text)
	}
}

// TestParseReadsWhatWasWritten: Parse reads back any texts that do not contain the marks of the form.
func TestParseReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zA-Z0-9 é._-]{1,20}[a-z]`)
		field := rapid.StringMatching(`[a-z][a-z0-9_]{0,9}(\[[0-9]{1,3}\])?(\.[a-z]{1,5})?`).Draw(t, "field")
		value, expected, next := word.Draw(t, "value"), word.Draw(t, "expected"), word.Draw(t, "next")
		d := reasons.Parse(reasons.Key{}, fmt.Sprintf("%s: got %s, expected %s; %s", field, value, expected, next))
		require.Equal(t, []string{field, value, expected, next}, []string{d.Field, d.Value, d.Expected, d.Next})
		reasons.Parse(reasons.Key{}, rapid.String().Draw(t, "anything")) // Parse returns for any text
	})
}

// TestDetailsAreBounded: a long text of a user in an error does not fill the headers of an answer.
func TestDetailsAreBounded(t *testing.T) {
	err := markettypes.ErrOrder.Wrapf("app: got %s, expected less", strings.Repeat("é", 100_000))
	s := status.Convert(reasons.Describe(err))
	require.LessOrEqual(t, len(infoOf(s).Metadata["value"]), 500)
	require.LessOrEqual(t, len(violationsOf(s)[0].Description), 500)
}
