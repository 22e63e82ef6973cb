package runtime

import "testing"

func TestReasonValid(t *testing.T) {
	for _, r := range Reasons() {
		if !r.Valid() {
			t.Errorf("reason %q is listed but not valid", r)
		}
	}
	if Reason("tired").Valid() {
		t.Error("a reason not on the list is valid")
	}
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{
		0: "Kind(0)", Result: "RESULT", AppFailed: "APP_FAILED",
		InputUnavailable: "INPUT_UNAVAILABLE", Abstain: "ABSTAIN",
	} {
		if got := kind.String(); got != want {
			t.Errorf("Kind %d: got %q, want %q", uint8(kind), got, want)
		}
	}
}
