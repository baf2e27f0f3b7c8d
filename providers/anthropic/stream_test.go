package anthropic_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

const (
	start  = `{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":1}}}`
	block  = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`
	hi     = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}`
	end    = `{"type":"content_block_stop","index":0}`
	delta  = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}`
	finish = `{"type":"message_stop"}`
)

func TestStreamEnds(t *testing.T) {
	ledger := func(c providers.Completeness, output int64) providers.Usage {
		return providers.Usage{
			Completeness: c, Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead,
			Input: 10, CacheRead: 6, Output: output,
		}
	}
	reported, partial := ledger(providers.UsageReported, 9), ledger(providers.UsagePartial, 1)
	cases := map[string]struct {
		events []string
		kind   providers.Kind
		finish providers.FinishReason
		usage  providers.Usage
	}{
		"whole":            {[]string{start, block, hi, end, delta, finish}, "", "stop", reported},
		"repeated delta":   {[]string{start, block, hi, end, `{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":5}}`, delta, delta, finish}, "", "stop", reported},
		"zeros in delta":   {[]string{start, block, hi, end, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}}`, finish}, "", "stop", reported},
		"input in delta":   {[]string{`{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":0,"output_tokens":0}}}`, block, hi, end, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":9}}`, finish}, "", "stop", reported},
		"no stop reason":   {[]string{start, block, hi, end, `{"type":"message_delta","delta":{},"usage":{"output_tokens":9}}`, finish}, providers.KindMalformed, "", ledger(providers.UsagePartial, 9)},
		"no block start":   {[]string{start, hi, end, delta, finish}, "", "stop", reported},
		"gateway's [DONE]": {[]string{start, block, hi, end, delta, "[DONE]", finish}, "", "stop", reported},
		"future events":    {[]string{start, `{"type":"novel","index":3}`, block, hi, `{"type":"content_block_delta","index":0,"delta":{"type":"novel_delta"}}`, end, delta, finish}, "", "stop", reported},
		"without usage":    {[]string{`{"type":"message_start","message":{"id":"m","model":"c"}}`, block, hi, end, `{"type":"message_delta","delta":{"stop_reason":"end_turn"}}`, finish}, "", "stop", providers.Usage{}},
		"no message_stop":  {[]string{start, block, hi, end, delta}, providers.KindMalformed, "", ledger(providers.UsagePartial, 9)},
		"cut after start":  {[]string{start}, providers.KindMalformed, "", partial},
		"nothing":          {nil, providers.KindMalformed, "", providers.Usage{}},
		"stop alone":       {[]string{finish}, providers.KindMalformed, "", providers.Usage{}},
		"not json":         {[]string{start, "{"}, providers.KindMalformed, "", partial},
		"overloaded":       {[]string{start, block, hi, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`}, providers.KindOverloaded, "", partial},
		"impossible usage": {[]string{`{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":-4,"output_tokens":1}}}`, block, hi, end, delta, finish}, "", "stop", providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events)).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err != nil {
				var e *providers.Error
				if !errors.As(err, &e) || e.Usage != c.usage {
					t.Errorf("usage of the error: %+v, want %+v", e.Usage, c.usage)
				}
				return
			}
			if r.FinishReason() != c.finish || r.Usage != c.usage || r.Text() != "Hi" {
				t.Errorf("finish %q, usage %+v, text %q", r.FinishReason(), r.Usage, r.Text())
			}
		})
	}
}

func TestRefusalIsExplained(t *testing.T) {
	details := `"stop_reason":"refusal","stop_sequence":null,"stop_details":{"type":"refusal","category":"cyber","explanation":"Not that."}`
	unary := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"type":"message","id":"m","model":"c","content":[{"type":"text","text":"Hi"}],%s}`, details)
	}
	a, err := replay(t, unary).Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	b, err := providers.Collect(replay(t, events([]string{start, block, hi, end, `{"type":"message_delta","delta":{` + details + `}}`, finish})).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*providers.Response{a, b} {
		if got := fmt.Sprintf("%+v", r.Message().Parts); r.FinishReason() != providers.FinishContentFilter || got != "[{Text:Hi Citations:[] Phase: Signature:[] Cache:<nil>} {Text:Not that. Phase:}]" {
			t.Errorf("%s %s", r.FinishReason(), got)
		}
	}
}

// events serves an event stream, each event named after its type.
func events(data []string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, d := range data {
			_, name, _ := strings.Cut(d, `"type":"`)
			name, _, _ = strings.Cut(name, `"`)
			if name == "" {
				name = "content_block_delta"
			}
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, d)
		}
	}
}

// Who answered in place of a model that declined is told by the iterations.
func TestFallbacks(t *testing.T) {
	const iterations = `"iterations":[{"type":"message","model":"c","input_tokens":4,"output_tokens":0},{"type":"fallback_message","model":"d","input_tokens":4,"output_tokens":9}]`
	streamed, err := providers.Collect(replay(t, events([]string{start, block, hi, end, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,` + iterations + `}}`, finish})).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	unary, err := replay(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":4,"cache_read_input_tokens":6,"output_tokens":9,`+iterations+`}}`)
	}).Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	for how, r := range map[string]*providers.Response{"streamed": streamed, "unary": unary} {
		if r.Model != "d" || r.Usage.Input != 10 || r.Usage.Output != 9 {
			t.Errorf("%s: model %q, usage %+v", how, r.Model, r.Usage)
		}
	}
}
