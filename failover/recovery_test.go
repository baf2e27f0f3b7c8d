package failover_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// seen is what a consumer gets of a stream, as text.
func seen(t testing.TB, c *failover.Chain, req *providers.Request) (log []string, resp *providers.Response, err error) {
	t.Helper()
	var all providers.Collector
	for chunk, e := range c.Stream(t.Context(), req) {
		if e != nil {
			return log, all.Partial(), e
		}
		all.Add(chunk)
		switch chunk.Kind {
		case providers.ChunkText:
			log = append(log, chunk.Text)
		case providers.ChunkFinish:
			log = append(log, "finish of "+chunk.Finish.Target)
		default:
			log = append(log, "("+chunk.Kind.String()+")")
		}
	}
	return log, all.Response(), nil
}

// cut is a stream that breaks after two words.
func cut(kind providers.Kind) step { return step{words: []string{"half ", "an "}, err: fail(kind)} }

func whole(words ...string) step { return step{words: words} }

// onlyOnce leaves retries on the same target out.
var onlyOnce = failover.WithMaxAttempts(1)

func TestStreamPolicies(t *testing.T) {
	noFinish := step{words: []string{"half "}, noFinish: true}
	stalled := step{words: []string{"half "}, hang: true}
	cases := []struct {
		name   string
		policy failover.StreamPolicy
		a, b   []step
		opts   []failover.Option
		want   []string
		kind   providers.Kind // of the error, "" for an answer
	}{
		{
			"fail: what arrived stands", failover.StreamFail,
			[]step{cut(providers.KindNetwork)},
			nil, nil,
			[]string{"half ", "an "},
			providers.KindNetwork,
		},
		{
			"restart on the next target", failover.StreamRestart,
			[]step{cut(providers.KindNetwork)},
			[]step{whole("all ", "of it")},
			[]failover.Option{onlyOnce},
			[]string{"half ", "an ", "(restart)", "all ", "of it", "finish of b"},
			"",
		},
		{
			"restart on the same target where the table retries", failover.StreamRestart,
			[]step{cut(providers.KindServerError), whole("all")},
			nil, nil,
			[]string{"half ", "an ", "(restart)", "all", "finish of a"},
			"",
		},
		{
			"restart twice", failover.StreamRestart,
			[]step{cut(providers.KindServerError), cut(providers.KindServerError)},
			[]step{whole("all")},
			nil,
			[]string{"half ", "an ", "(restart)", "half ", "an ", "(restart)", "all", "finish of b"},
			"",
		},
		{
			"restart after a stall moves on", failover.StreamRestart,
			[]step{stalled},
			[]step{whole("all")},
			nil,
			[]string{"half ", "(restart)", "all", "finish of b"},
			"",
		},
		{
			"restart with nobody left: what arrived stands, and is not taken back", failover.StreamRestart,
			[]step{cut(providers.KindServerError), {err: fail(providers.KindServerError)}},
			[]step{{err: fail(providers.KindOverloaded)}, {err: fail(providers.KindOverloaded)}},
			nil,
			[]string{"half ", "an "},
			providers.KindOverloaded,
		},
		{
			"restart is no way out of a wrong request", failover.StreamRestart,
			[]step{cut(providers.KindInvalidRequest)},
			nil, nil,
			[]string{"half ", "an "},
			providers.KindInvalidRequest,
		},
		{
			"buffer: a break is not seen", failover.StreamBuffer,
			[]step{cut(providers.KindNetwork), noFinish},
			[]step{whole("all ", "of it")},
			nil,
			[]string{"all ", "of it", "finish of b"},
			"",
		},
		{
			"buffer on the same target", failover.StreamBuffer,
			[]step{noFinish, whole("all")},
			nil, nil,
			[]string{"all", "finish of a"},
			"",
		},
		{
			"buffer with nobody left delivers nothing", failover.StreamBuffer,
			[]step{cut(providers.KindServerError), stalled},
			[]step{noFinish, noFinish},
			nil,
			nil, providers.KindMalformed,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := script("pa", c.a...), script("pb", c.b...)
				chain := chain(t, a, b, append([]failover.Option{failover.WithStreamPolicy(c.policy), failover.WithIdleTimeout(time.Second)}, c.opts...)...)
				got, resp, err := seen(t, chain, ask())
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if k := providers.KindOf(err); k != c.kind {
					t.Fatalf("kind %q of %v, want %q", k, err, c.kind)
				}
				if cutOff := errors.Is(err, providers.ErrStreamInterrupted); cutOff != (err != nil && c.want != nil) {
					t.Errorf("interrupted: %t in %v", cutOff, err)
				}
				if e, ok := errors.AsType[*providers.InterruptedError](err); ok {
					if text := strings.Join(c.want, ""); e.Partial.Text() != text {
						t.Errorf("partial %q, want %q", e.Partial.Text(), text)
					}
				}
				if err == nil && resp.Attempts != a.count()+b.count() {
					t.Errorf("%d attempts, %d and %d calls", resp.Attempts, a.count(), b.count())
				}
				for _, s := range chain.BreakerStatuses() {
					if s.State != providers.BreakerClosed {
						t.Errorf("%+v", s)
					}
				}
			})
		})
	}
}

func TestRestartWaitsAndIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := always("pa", cut(providers.KindServerError))
		c := chain(t, a, nil, failover.WithStreamPolicy(failover.StreamRestart), failover.WithMaxAttempts(3), failover.WithBackoff(time.Second, 8*time.Second))
		start := time.Now()
		_, _, err := seen(t, c, ask())
		if !errors.Is(err, providers.ErrStreamInterrupted) || a.count() != 3 {
			t.Errorf("%d attempts, %v", a.count(), err)
		}
		if d := time.Since(start); d != 3*time.Second { // 1 s, then 2 s
			t.Errorf("took %v", d)
		}
		if e, ok := errors.AsType[*failover.Error](err); !ok || e.Attempts() != 3 || e.History[2].N != 3 {
			t.Errorf("%+v", e)
		}
	})
}

func TestConsumerLeavesAtARestart(t *testing.T) {
	a, b := script("pa", cut(providers.KindNetwork)), script("pb", whole("all"))
	c := chain(t, a, b, failover.WithStreamPolicy(failover.StreamRestart), onlyOnce)
	for chunk, err := range c.Stream(t.Context(), ask()) {
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Kind == providers.ChunkRestart {
			break
		}
	}
	if err := c.Close("b"); err != nil { // nothing is stuck
		t.Fatal(err)
	}
}

// A limit on the whole call holds for answers that the caller waits for in
// full, and lets those flow that it gets piece by piece.
func TestLimitsOfWholeAnswers(t *testing.T) {
	slow := step{words: []string{"a", "b", "c", "d"}, gap: time.Second}
	cases := []struct {
		name string
		opts []failover.Option
		call func(t *testing.T, c *failover.Chain) error
		want failover.Limit
		took time.Duration
	}{
		{"a stream flows on", nil, streamed, "", 4 * time.Second},
		{"buffered", []failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)}, streamed, failover.LimitTotal, 3 * time.Second},
		{"generate over a stream", []failover.Option{failover.WithStreamedGenerate()}, call2, failover.LimitTotal, 3 * time.Second},
		{"its attempt", []failover.Option{failover.WithStreamedGenerate(), failover.WithAttemptTimeout(2500 * time.Millisecond)}, call2, failover.LimitAttempt, 2500 * time.Millisecond},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chain := chain(t, always("p", slow), nil, append([]failover.Option{failover.WithTotalTimeout(3 * time.Second)}, c.opts...)...)
				start := time.Now()
				err := c.call(t, chain)
				if d := time.Since(start); d != c.took {
					t.Errorf("took %v, want %v", d, c.took)
				}
				if c.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if e, ok := errors.AsType[*failover.TimeoutError](err); !ok || e.Limit != c.want {
					t.Errorf("got %v, want the limit %s", err, c.want)
				}
			})
		})
	}
}

func streamed(t *testing.T, c *failover.Chain) error {
	_, err := providers.Collect(c.Stream(t.Context(), ask()))
	return err
}

func call2(t *testing.T, c *failover.Chain) error { return call(t, c) }

func TestStreamedGenerate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []failover.EndEvent
		a := script("pa", step{words: []string{"half"}, hang: true}, step{hang: true})
		b := script("pb", step{words: []string{"all ", "of it"}, usage: true})
		c := chain(t, a, b, failover.WithStreamedGenerate(), failover.WithIdleTimeout(time.Second), failover.WithFirstChunkTimeout(2*time.Second),
			failover.WithHooks(collectEnds(&ends)))
		for i, want := range []time.Duration{time.Second, 2 * time.Second} { // silent in the middle, silent from the start
			start := time.Now()
			b.set(step{words: []string{"all ", "of it"}, usage: true})
			resp, err := c.Generate(t.Context(), ask())
			if err != nil || resp.Text() != "all of it" || resp.Target != "b" || resp.Attempts != 2 || resp.ID != "r1" || resp.Model != "model-b" || resp.FinishReason() != providers.FinishStop {
				t.Fatalf("%+v, %v", resp, err)
			}
			if d := time.Since(start); d != want {
				t.Errorf("call %d took %v, want %v", i, d, want)
			}
		}
		if len(ends) != 2 || ends[0].Stream || ends[0].Target != "b" {
			t.Errorf("%+v", ends)
		}
		if s, _ := c.BreakerStatus("a"); s.Failures != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestContinue(t *testing.T) {
	able := []failover.TargetOption{failover.WithContinuation()}
	type target struct {
		steps []step
		able  bool
	}
	cases := []struct {
		name    string
		targets []target
		want    []string
		text    string
		prefill string // what the last target was asked to continue; empty: nothing
		kind    providers.Kind
	}{
		{
			"the next that can",
			[]target{{steps: []step{cut(providers.KindNetwork)}}, {steps: []step{whole("no")}}, {steps: []step{{words: []string{" ", " answer", "."}, usage: true}}, able: true}},
			[]string{"half ", "an ", "(usage)", "answer", ".", "finish of c"},
			"half an answer.", "half an", "",
		},
		{
			"never to one that does not say so",
			[]target{{steps: []step{cut(providers.KindNetwork)}, able: true}, {steps: []step{whole("no")}}},
			[]string{"half ", "an "},
			"half an ", "", providers.KindNetwork,
		},
		{
			"twice",
			[]target{{steps: []step{cut(providers.KindNetwork)}}, {steps: []step{{words: []string{"ans"}, err: fail(providers.KindNetwork)}}, able: true}, {steps: []step{whole("wer")}, able: true}},
			[]string{"half ", "an ", "ans", "wer", "finish of c"},
			"half an answer", "half an ans", "",
		},
		{
			"the last one breaks too",
			[]target{{steps: []step{cut(providers.KindNetwork)}}, {steps: []step{{words: []string{"ans"}, err: fail(providers.KindOverloaded)}}, able: true}},
			[]string{"half ", "an ", "ans"},
			"half an ans", "half an", providers.KindOverloaded,
		},
		{
			"nothing is continued before the first chunk",
			[]target{{steps: []step{{err: fail(providers.KindOverloaded)}}, able: true}, {steps: []step{whole("all")}}},
			[]string{"all", "finish of b"},
			"all", "", "",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var targets []failover.Target
			var last *recording
			for i, tg := range c.targets {
				last = &recording{fake: script(fmt.Sprintf("p%d", i), tg.steps...)}
				target := failover.Target{Name: string(rune('a' + i)), Provider: last}
				if tg.able {
					target.Options = able
				}
				targets = append(targets, target)
			}
			chain, err := failover.New(targets, failover.WithStreamPolicy(failover.StreamContinue), onlyOnce)
			if err != nil {
				t.Fatal(err)
			}
			req := ask()
			got, resp, err := seen(t, chain, req)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if k := providers.KindOf(err); k != c.kind {
				t.Fatalf("kind %q of %v", k, err)
			}
			if e, ok := errors.AsType[*providers.InterruptedError](err); ok {
				resp = e.Partial
			}
			if resp.Text() != c.text {
				t.Errorf("text %q, want %q", resp.Text(), c.text)
			}
			if len(req.Messages) != 1 {
				t.Error("the caller's request was changed")
			}
			asked := ""
			if m := last.messages; len(m) == 2 && m[1].Role == providers.RoleAssistant {
				asked = m[1].Text()
			}
			if asked != c.prefill {
				t.Errorf("asked to continue %q, want %q", asked, c.prefill)
			}
		})
	}
}

func TestWhatCannotBeContinued(t *testing.T) {
	call := &providers.Chunk{Kind: providers.ChunkToolCall, Part: 1, ToolCall: &providers.ToolCall{ID: "1", Name: "f", Arguments: "{"}}
	word := &providers.Chunk{Kind: providers.ChunkText, Text: "word"}
	think := &providers.Chunk{Kind: providers.ChunkReasoning, Text: "hm"}
	cases := []struct {
		name   string
		chunks []*providers.Chunk
		two    bool
		want   string // the answer, or empty
	}{
		{"a tool call", []*providers.Chunk{word, call}, false, ""},
		{"thinking", []*providers.Chunk{think}, false, ""},
		{"thinking after text", []*providers.Chunk{word, {Kind: providers.ChunkReasoning, Part: 1, Text: "hm"}}, false, ""},
		{"white space", []*providers.Chunk{{Kind: providers.ChunkText, Text: " \n"}}, false, ""},
		{"several choices", []*providers.Chunk{word}, true, ""},
		{"text after thinking", []*providers.Chunk{think, {Kind: providers.ChunkText, Part: 1, Text: "word"}}, false, "word more"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := &canned{name: "a", chunks: c.chunks, err: fail(providers.KindNetwork)}
			b := &canned{name: "b", chunks: []*providers.Chunk{
				{Kind: providers.ChunkReasoning, Text: "let me see"},
				{Kind: providers.ChunkText, Part: 1, Text: " more"},
				{Kind: providers.ChunkFinish, Finish: &providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop}}},
			}}
			chain, err := failover.New([]failover.Target{{Provider: a}, {Provider: b, Options: []failover.TargetOption{failover.WithContinuation()}}},
				failover.WithStreamPolicy(failover.StreamContinue), onlyOnce)
			if err != nil {
				t.Fatal(err)
			}
			req := ask()
			if c.two {
				req.Choices = 2
			}
			_, resp, err := seen(t, chain, req)
			if c.want == "" {
				if !errors.Is(err, providers.ErrStreamInterrupted) || b.calls != 0 {
					t.Errorf("%d calls of b, %v", b.calls, err)
				}
				return
			}
			if err != nil || resp.Text() != c.want {
				t.Fatalf("%q, %v", resp.Text(), err)
			}
			parts := resp.Message().Parts
			if len(parts) != 3 { // thinking, text, thinking of the other
				t.Errorf("%+v", parts)
			}
		})
	}
}
