package gemini_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
)

const (
	hi     = `{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1},"responseId":"r","modelVersion":"m"}`
	finish = `{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":9}}`
)

func TestStreamEnds(t *testing.T) {
	ledger := func(c providers.Completeness, output int64) providers.Usage {
		return providers.Usage{
			Completeness: c, Reported: providers.ClassInput | providers.ClassOutput, Input: 10, Output: output,
		}
	}
	reported, partial := ledger(providers.UsageReported, 9), ledger(providers.UsagePartial, 1)
	reasoned := func(reason string) string { return strings.Replace(finish, "STOP", reason, 1) }
	cases := map[string]struct {
		events []string
		kind   providers.Kind
		finish providers.FinishReason
		usage  providers.Usage
	}{
		"whole":             {[]string{hi, finish}, "", "stop", reported},
		"length":            {[]string{hi, reasoned("MAX_TOKENS")}, "", "length", reported},
		"safety":            {[]string{hi, reasoned("SAFETY")}, "", "content_filter", reported},
		"recitation":        {[]string{hi, reasoned("RECITATION")}, "", "content_filter", reported},
		"bad call":          {[]string{hi, reasoned("MALFORMED_FUNCTION_CALL")}, "", "error", reported},
		"unspecified":       {[]string{hi, reasoned("FINISH_REASON_UNSPECIFIED")}, "", "error", reported},
		"other":             {[]string{hi, reasoned("OTHER")}, "", "OTHER", reported},
		"number":            {[]string{hi, strings.Replace(finish, `"STOP"`, "1", 1)}, "", "stop", reported},
		"usage at the end":  {[]string{`{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}`, `{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":9}}`}, "", "stop", reported},
		"without usage":     {[]string{`{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]}`}, "", "stop", providers.Usage{}},
		"impossible usage":  {[]string{`{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":-1}}`}, "", "stop", providers.Usage{}},
		"future fields":     {[]string{`{"novel":1}`, hi, finish}, "", "stop", reported},
		"in lines":          {[]string{"{\ndata: " + hi[1:], finish}, "", "stop", reported},
		"no finish reason":  {[]string{hi}, providers.KindMalformed, "", partial},
		"nothing":           {nil, providers.KindMalformed, "", providers.Usage{}},
		"usage alone":       {[]string{`{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1}}`}, providers.KindMalformed, "", partial},
		"one of two ends":   {[]string{hi, `{"candidates":[{"index":1,"finishReason":"STOP"}]}`}, providers.KindMalformed, "", partial},
		"absurd index":      {[]string{hi, `{"candidates":[{"index":2000000000,"finishReason":"STOP"},{"index":-1,"finishReason":"STOP"}]}`}, providers.KindMalformed, "", partial},
		"not json":          {[]string{hi, "{"}, providers.KindMalformed, "", partial},
		"bad part":          {[]string{hi, `{"candidates":[{"content":{"parts":["x"]}}]}`}, providers.KindMalformed, "", partial},
		"overloaded":        {[]string{hi, `{"error":{"code":503,"status":"UNAVAILABLE","message":"m"}}`}, providers.KindOverloaded, "", partial},
		"error in an array": {[]string{hi, `[{"error":{"code":503,"status":"UNAVAILABLE","message":"m"}}]`}, providers.KindOverloaded, "", partial},
		"error by itself":   {[]string{hi, "\n{\n  \"error\": {\n    \"code\": 429,\n    \"status\": \"RESOURCE_EXHAUSTED\"\n  }\n}"}, providers.KindRateLimited, "", partial},
		"blocked":           {[]string{`{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":10,"totalTokenCount":10}}`}, providers.KindContentFiltered, "", ledger(providers.UsageReported, 0)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, stream(c.events)).Stream(t.Context(), hello()))
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

func TestUsageIsYieldedWhenItChanges(t *testing.T) {
	var outputs []int64
	for chunk, err := range replay(t, stream([]string{hi, hi, hi, finish})).Stream(t.Context(), hello()) {
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Kind == providers.ChunkUsage {
			outputs = append(outputs, chunk.Usage.Output)
		}
	}
	if !slices.Equal(outputs, []int64{1, 9}) {
		t.Error(outputs)
	}
}

func TestStreamedChoices(t *testing.T) {
	piece := func(index int, text, rest string) string {
		return fmt.Sprintf(`{"candidates":[{"index":%d,"content":{"parts":[{"text":%q}]}%s}]}`, index, text, rest)
	}
	r, err := providers.Collect(replay(t, stream([]string{
		piece(1, "B", ""), piece(0, "A", ""), piece(1, "b", `,"finishReason":"MAX_TOKENS"`), piece(0, "a", `,"finishReason":"STOP"`),
	})).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range r.Choices {
		got += fmt.Sprintf("%s %s;", c.Message.Text(), c.FinishReason)
	}
	if got != "Aa stop;Bb length;" {
		t.Error(got)
	}
}

func TestUnaryChoicesStandInTheirOrder(t *testing.T) {
	p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"candidates":[{"index":1,"content":{"parts":[{"text":"B"}]}},{"content":{"parts":[{"text":"A"}]}},{"index":1,"content":{"parts":[{"text":"C"}]}}]}`)
	})
	r, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Choices[0].Message.Text() + r.Choices[1].Message.Text() + r.Choices[2].Message.Text(); got != "ABC" {
		t.Error(got)
	}
}

// TestSignaturesStayWithTheirParts: pieces with a signature are parts of their
// own, and thinking and text that alternate do not run together.
func TestSignaturesStayWithTheirParts(t *testing.T) {
	piece := func(parts string) string { return `{"candidates":[{"content":{"parts":[` + parts + `]}}]}` }
	r, err := providers.Collect(replay(t, stream([]string{
		piece(`{"text":"a"}`), piece(`{"text":"b"}`), piece(`{"text":"","thoughtSignature":"c2ln"}`), piece(`{"text":"c"}`),
		piece(`{"text":"t","thought":true}`), piece(`{"text":"u","thought":true,"thoughtSignature":"c2ln"}`), piece(`{"text":"d"}`), finish,
	})).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range r.Message().Parts {
		switch p := p.(type) {
		case providers.Text:
			got += fmt.Sprintf("[%s %s]", p.Text, p.Signature)
		case providers.Reasoning:
			got += fmt.Sprintf("(%s %s)", p.Text, p.Signature)
		}
	}
	if got != "[ab ][ sig][c ](t )(u c2ln)[d ]" {
		t.Error(got)
	}
}

func TestLinesBeyondAnyBuffer(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	r, err := providers.Collect(replay(t, stream([]string{strings.Replace(hi, "Hi", long, 1), finish})).Stream(t.Context(), hello()))
	if err != nil || len(r.Text()) != len(long) {
		t.Errorf("%v", err)
	}
}

// stream serves an event stream. An event that begins with a line break is
// written as it is.
func stream(data []string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, d := range data {
			if !strings.HasPrefix(d, "\n") {
				d = "data: " + d
			}
			fmt.Fprintf(w, "%s\r\n\r\n", d)
		}
	}
}

func FuzzStream(f *testing.F) {
	whole, err := os.ReadFile(filepath.Join("testdata", "stream.sse"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte("data: " + hi + "\r\n\r\ndata: " + finish + "\n\n"))
	f.Add([]byte("data: {\"candidates\":[{\"index\":-1}]}\n\n{\"error\":{\"code\":503}}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		ended := false
		for chunk, err := range gemini.StreamOf(t.Context(), body) {
			switch {
			case ended:
				t.Fatal("the stream went on after its end")
			case err != nil:
				if kind := providers.KindOf(err); chunk != nil || !slices.Contains(providers.Kinds(), kind) {
					t.Errorf("%v, kind %q", chunk, kind)
				}
				ended = true
			case chunk.Kind == providers.ChunkUsage && chunk.Usage.Validate() != nil:
				t.Error(chunk.Usage.Validate())
			case chunk.Kind == providers.ChunkFinish:
				ended = true
				if err := chunk.Finish.Usage.Validate(); err != nil || len(chunk.Finish.Reasons) == 0 {
					t.Errorf("%v, %d choices", err, len(chunk.Finish.Reasons))
				}
			}
		}
		if !ended {
			t.Error("neither an error nor an end")
		}
	})
}
