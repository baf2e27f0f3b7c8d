package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// Of an option that is given again the last one holds, whatever is between the two,
// and what is no option leaves the others as they are.
func TestAskedAgain(t *testing.T) {
	request := `{"model":"m","seed":1234567,"temperature":0.5,"service_tier":"flex","seed":8,"top_p":"x","n":1.5,"stop":["a","` + strings.Repeat("b", 300) + `"],` +
		`"service_tier":"priority","temperature":null,"temperature":0.25,"stop":"c"}`
	for _, size := range []int{1, 7, len(request)} {
		x := exchange(t, "https://api.openai.com/v1/chat/completions", request, http.Header{}, "{}", size, nil)
		got := []any{x.Seed(), x.Temperature(), x.ServiceTier(), x.Has(wire.ParamTopP), x.Stop()}
		if diff := cmp.Diff([]any{int64(8), 0.25, "priority", false, []string{"a", strings.Repeat("b", 256), "c"}}, got); diff != "" {
			t.Errorf("in pieces of %d (-want +got):\n%s", size, diff)
		}
		if n, ok := x.Option(wire.ParamChoices).Int(); ok {
			t.Errorf("%d choices are asked for, want no number", n)
		}
	}
}

// What is kept of a request's options is bounded, and another request does not find
// more memory than most need.
func TestAskedIsBounded(t *testing.T) {
	request := `{"model":"m",` + strings.Repeat(`"seed":1234567,"service_tier":"flex",`, 1000) + `"stop":[` + strings.Repeat(`"`+strings.Repeat("s", 300)+`",`, 1000) + `"s"]}`
	x := exchange(t, "https://api.openai.com/v1/chat/completions", request, http.Header{}, "{}", len(request), nil)
	if n := len(x.Stop()); n != 16 {
		t.Errorf("%d stop sequences, want 16", n)
	}
	if n := x.OptionsHeld(); n > 10<<10 {
		t.Errorf("%d bytes are held", n)
	}
	x.Reset()
	if n := x.OptionsHeld(); n > 96 {
		t.Errorf("%d bytes are held for another request, want at most 96", n)
	}
}

// Events that are too long for what is known of the one before are read in full.
func TestChatEventsOfAnyLength(t *testing.T) {
	event := func(before, text int) string {
		return `data: {"id":"c1","more":"` + strings.Repeat("m", before) + `","choices":[{"index":0,"delta":{"content":"` + strings.Repeat("x", text) + `"},"finish_reason":null}]}` + "\n\n"
	}
	var body strings.Builder
	for _, n := range []int{1, 2, 65_000, 65_535, 65_536, 140_000, 3, 140_000} {
		body.WriteString(event(0, n))
	}
	for n := 100; n < 104; n++ {
		body.WriteString(event(70_000, n))
	}
	x := exchange(t, "https://api.openai.com/v1/chat/completions", `{"stream":true}`, http.Header{"Content-Type": {"text/event-stream"}}, body.String(), body.Len(), nil)
	if diff := cmp.Diff([]int{12, 476_483, 0}, []int{int(x.Chunks), x.AnswerBytes(), int(x.Malformed)}); diff != "" {
		t.Errorf("chunks, bytes, malformed (-want +got):\n%s", diff)
	}
}
