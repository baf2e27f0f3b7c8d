package faults_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// another is a protocol beside the one of the provider that misbehaves.
func another(wire string) string {
	for i, w := range wires {
		if w == wire {
			return wires[(i+1)%len(wires)]
		}
	}
	return ""
}

// TestStreamContinue breaks a stream after its first text under StreamContinue:
// the target that declares that it can is handed that text, in its own protocol,
// and the caller gets one whole answer. One that does not is never asked.
func TestStreamContinue(t *testing.T) {
	breaks := map[string]faults.Fault{
		"reset": faults.At(faults.AfterFirstText, faults.Reset), "cut": faults.At(faults.AfterFirstText, faults.Cut),
		"early end": faults.Truncated(faults.AfterFirstText), "stall": faults.At(faults.AfterFirstText, faults.Stall),
	}
	for name, fault := range breaks {
		for _, wire := range wires {
			for _, able := range []bool{true, false} {
				t.Run(name+"/"+wire+map[bool]string{true: "/continued", false: "/nobody can"}[able], func(t *testing.T) {
					t.Parallel()
					continues(t, wire, another(wire), fault, able)
				})
			}
		}
	}
}

func continues(t *testing.T, wire, next string, fault faults.Fault, able bool) {
	t.Helper()
	primary, unable, second := faults.NewServer(t), faults.NewServer(t), faults.NewServer(t)
	primary.Script(fault)
	var mu sync.Mutex
	var asked []byte
	second.Script(func(x *faults.Exchange) {
		mu.Lock()
		asked = x.Body
		mu.Unlock()
		faults.Remainder(1)(x)
	})
	targets := []failover.Target{
		{Name: "primary", Provider: adapter(t, wire, primary.URL, faults.NewClient(t, nil, nil)), Options: []failover.TargetOption{
			failover.WithMaxAttempts(1), failover.WithIdleTimeout(short), failover.WithContinuation(), // of others' answers
		}},
		{Name: "unable", Provider: adapter(t, next, unable.URL, faults.NewClient(t, nil, nil))},
	}
	if able {
		targets = append(targets, failover.Target{
			Name: "able", Provider: adapter(t, next, second.URL, faults.NewClient(t, nil, nil)), Options: []failover.TargetOption{failover.WithContinuation()},
		})
	}
	chain, err := failover.New(targets, failover.WithStreamPolicy(failover.StreamContinue))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := providers.Collect(chain.Stream(t.Context(), request()))
	if primary.Requests() != 1 || unable.Requests() != 0 {
		t.Errorf("%d requests, and %d to one that cannot continue", primary.Requests(), unable.Requests())
	}
	if !able {
		broken, ok := errors.AsType[*providers.InterruptedError](err)
		if !ok || broken.Partial.Text() != "The " {
			t.Fatalf("got %v", err)
		}
		end, ok := errors.AsType[*failover.Error](err)
		if !ok || len(end.History) != 2 || end.History[1].Target != "unable" || end.History[1].Skip != failover.SkipNoContinuation {
			t.Errorf("history %+v", end)
		}
		checkSafe(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if resp.Text() != faults.Text || resp.Target != "able" || resp.Attempts != 2 || len(resp.Choices) != 1 || len(resp.Choices[0].Message.Parts) != 1 {
		t.Errorf("%q from %s after %d attempts: %+v", resp.Text(), resp.Target, resp.Attempts, resp)
	}
	mu.Lock()
	defer mu.Unlock()
	if role, text := lastMessage(t, next, asked); role != map[bool]string{true: "model", false: "assistant"}[next == "gemini"] || text != "The" {
		t.Errorf("it was handed %q of %q", text, role)
	}
	for _, s := range chain.BreakerStatuses() {
		if want := map[string]int{"primary": 1}[s.Target]; s.Failures != want {
			t.Errorf("breaker %+v, want %d failures", s, want)
		}
	}
}

// lastMessage is the role and the text of the last message of a request.
func lastMessage(t *testing.T, wire string, body []byte) (role, text string) {
	t.Helper()
	type message struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
		Parts   json.RawMessage `json:"parts"`
	}
	var all map[string]json.RawMessage
	var messages []message
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	key := map[string]string{"responses": "input", "gemini": "contents"}[wire]
	if key == "" {
		key = "messages"
	}
	if err := json.Unmarshal(all[key], &messages); err != nil || len(messages) == 0 {
		t.Fatalf("%s: %v", body, err)
	}
	last := messages[len(messages)-1]
	content := last.Content
	if content == nil {
		content = last.Parts
	}
	if json.Unmarshal(content, &text) == nil {
		return last.Role, text
	}
	var parts []struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(content, &parts); err != nil || len(parts) != 1 {
		t.Fatalf("%s: %v", content, err)
	}
	return last.Role, parts[0].Text
}

// TestStalledConnectionIsClosed: the connection of a stream that was given up for
// its silence is closed at once, while the answer goes on elsewhere.
func TestStalledConnectionIsClosed(t *testing.T) {
	for _, wire := range wires {
		t.Run(wire, func(t *testing.T) {
			t.Parallel()
			left := make(chan struct{}, 1)
			b := newBed(t, wire, &scenario{
				fault:   faults.Left(faults.At(faults.AfterFirstText, faults.Stall), left),
				options: []failover.Option{failover.WithStreamPolicy(failover.StreamRestart)},
			}, failover.WithIdleTimeout(short))
			if r, err := b.call(t.Context(), true); err != nil || r.Text() != faults.Text || r.Target != "backup" {
				t.Fatalf("%v", err)
			}
			await(t, left)
		})
	}
}

// await waits for the word that a client has left.
func await(t *testing.T, left <-chan struct{}) {
	t.Helper()
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("the client is still there")
	}
}
