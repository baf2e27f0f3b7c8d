package providertest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// answers checks what good answers look like, unary and streamed.
func (s suite) answers(t *testing.T) {
	t.Helper()
	checks := []struct {
		behaviour Behaviour
		check     func(t *testing.T, r *providers.Response)
	}{
		{Text, checkText},
		{ToolCall, checkToolCall},
		{ToolResult, checkText},
		{Structured, checkStructured},
		{Image, checkText},
		{Reasoning, checkReasoning},
		{Length, checkLength},
	}
	for _, c := range checks {
		s.test(t, string(c.behaviour), Scenario{Behaviour: c.behaviour}, func(t *testing.T, b bench) {
			unary := b.generate(t)
			b.checkAnswer(t, "Generate", unary)
			c.check(t, unary)
			streamed, chunks := b.stream(t)
			b.checkAnswer(t, "Stream", streamed)
			c.check(t, streamed)
			if c.behaviour == Text && count(chunks, providers.ChunkText) < 3 {
				t.Errorf("the answer came in %d text chunks; a stream has several", count(chunks, providers.ChunkText))
			}
			if d := diff(stable(unary), stable(streamed)); d != "" {
				t.Errorf("Collect(Stream) differs from Generate:\n%s", d)
			}
			if unary.Usage != streamed.Usage {
				t.Errorf("usage: unary %+v, streamed %+v", unary.Usage, streamed.Usage)
			}
		})
	}
}

// generate makes the scenario's call, which must succeed.
func (b bench) generate(t *testing.T) *providers.Response {
	t.Helper()
	req := b.request()
	r, err := b.Provider.Generate(t.Context(), req)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	if r == nil {
		t.Fatal("Generate returned neither a response nor an error")
	}
	b.checkUnchanged(t, req)
	return r
}

func (b bench) checkUnchanged(t *testing.T, req *providers.Request) {
	t.Helper()
	if d := diff(b.request(), req); d != "" {
		t.Errorf("the provider changed the request:\n%s", d)
	}
}

// checkAnswer checks what holds for each answer.
func (b bench) checkAnswer(t *testing.T, how string, r *providers.Response) {
	t.Helper()
	if b.Provider.Name() != b.Name {
		t.Errorf("Name() = %q, want %q", b.Provider.Name(), b.Name)
	}
	if r.Provider != b.ErrorProvider {
		t.Errorf("%s: Response.Provider = %q, want %q", how, r.Provider, b.ErrorProvider)
	}
	if r.Model == "" {
		t.Errorf("%s: Response.Model is empty", how)
	}
	if len(r.Choices) == 0 {
		t.Fatalf("%s: no choices", how)
	}
	for i, c := range r.Choices {
		if c.Message.Role != providers.RoleAssistant {
			t.Errorf("%s: choice %d has role %q", how, i, c.Message.Role)
		}
	}
	u := &r.Usage
	if u.Completeness != providers.UsageReported || !u.Has(providers.ClassInput|providers.ClassOutput) {
		t.Errorf("%s: usage is %v with classes %#x; want reported input and output", how, u.Completeness, u.Reported)
	}
	if u.Input <= 0 || u.Output <= 0 {
		t.Errorf("%s: usage has %d input and %d output tokens", how, u.Input, u.Output)
	}
	if err := u.Validate(); err != nil {
		t.Errorf("%s: %v", how, err)
	}
	if b.Want != nil {
		want, got := exact(b.Want), exact(r)
		if d := diff(want, got); d != "" {
			t.Errorf("%s: the answer differs from Setup.Want:\n%s", how, d)
		}
	}
}

func checkText(t *testing.T, r *providers.Response) {
	t.Helper()
	if r.Text() == "" {
		t.Error("no text")
	}
	wantFinish(t, r, providers.FinishStop)
}

func checkToolCall(t *testing.T, r *providers.Response) {
	t.Helper()
	calls := r.ToolCalls()
	if len(calls) == 0 {
		t.Fatal("no tool call")
	}
	for _, c := range calls {
		if c.ID == "" || c.Name != ToolName {
			t.Errorf("tool call %q has name %q, want %q and an id", c.ID, c.Name, ToolName)
		}
		var args map[string]any
		if err := json.Unmarshal([]byte(c.Arguments), &args); err != nil || args["city"] != "Oslo" {
			t.Errorf("arguments %s, want %s", c.Arguments, ToolArguments)
		}
	}
	wantFinish(t, r, providers.FinishToolCall)
}

func checkStructured(t *testing.T, r *providers.Response) {
	t.Helper()
	var facts struct {
		City       *string
		Population *int64
		Tags       *[]string
	}
	dec := json.NewDecoder(strings.NewReader(r.Text()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&facts); err != nil {
		t.Fatalf("the answer is not the JSON asked for: %v\n%s", err, r.Text())
	}
	if facts.City == nil || facts.Population == nil || facts.Tags == nil {
		t.Errorf("required properties are missing: %s", r.Text())
	}
	wantFinish(t, r, providers.FinishStop)
}

func checkReasoning(t *testing.T, r *providers.Response) {
	t.Helper()
	if n, ok := r.Usage.Get(providers.ClassReasoning); !ok || n == 0 {
		t.Errorf("reasoning tokens = %d, reported %v", n, ok)
	}
	checkText(t, r)
}

func checkLength(t *testing.T, r *providers.Response) {
	t.Helper()
	if r.Text() == "" {
		t.Error("no text")
	}
	wantFinish(t, r, providers.FinishLength)
}

func wantFinish(t *testing.T, r *providers.Response, want providers.FinishReason) {
	t.Helper()
	if got := r.FinishReason(); got != want {
		t.Errorf("finish reason %q, want %q", got, want)
	}
}
