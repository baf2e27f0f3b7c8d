package replay_test

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/tokenest"
	"github.com/llmotel/sdk/providers"
)

// TestEstimatesOfRecordings takes the counts out of recorded answers of OpenAI's
// chat models and compares what is estimated in their place.
func TestEstimatesOfRecordings(t *testing.T) {
	estimator, err := tokenest.New(tokenest.WithoutApproximation())
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, r := range recordings(t) {
		_, failed := failures[r.name]
		if r.api != "openai.chat" || r.attributes["gen_ai.provider.name"] != "openai" || failed || r.packed() || len(r.usage()) == 0 {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			truth := r.ask(t, ended{len(r.body), nil}, false).Usage
			r.body = bytes.ReplaceAll(r.body, []byte(`"usage"`), []byte(`"nothing"`))
			rec := r.ask(t, ended{len(r.body), nil}, false, llmotel.WithUsageEstimator(estimator))
			u := rec.Usage
			if u.Completeness != providers.UsageEstimated || !rec.Cost.Partial {
				t.Fatalf("%+v, %+v", u, rec.Cost)
			}
			// Reasoning that is not shown cannot be counted, nor can images; tool
			// definitions and calls are written down in another way.
			in, out := 0.0, 0.0
			if bytes.Contains(r.request, []byte(`"tools"`)) || bytes.Contains(r.request, []byte(`"tool_calls"`)) {
				in, out = 0.35, 0.55
			}
			if bytes.Contains(r.request, []byte(`image_url`)) || bytes.Contains(r.request, []byte(`"json_schema"`)) {
				in = 1
			}
			shown := truth.Output - truth.Reasoning
			t.Logf("in %d of %d, out %d of %d", u.Input, truth.Input, u.Output, shown)
			if off := math.Abs(float64(u.Input - truth.Input)); off > in*float64(truth.Input) {
				t.Errorf("%d in, in truth %d", u.Input, truth.Input)
			}
			if off := math.Abs(float64(u.Output - shown)); off > out*float64(shown) {
				t.Errorf("%d out, in truth %d", u.Output, shown)
			}
			compared++
		})
	}
	if compared < 8 {
		t.Errorf("only %d recordings were compared", compared)
	}
}

// TestEstimatesOfCutStreams ends recorded streams in the middle: the input is that
// of the whole, the output a part of it.
func TestEstimatesOfCutStreams(t *testing.T) {
	estimator, err := tokenest.New()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range recordings(t) {
		if !r.streams() || r.packed() || strings.HasPrefix(r.api, "bedrock") {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			whole := r.ask(t, ended{len(r.body), nil}, false).Usage
			half := r.ask(t, ended{len(r.body) / 2, io.ErrUnexpectedEOF}, false, llmotel.WithUsageEstimator(estimator))
			if half.Chunks == 0 {
				return // nothing came
			}
			seen[r.api]++
			u := half.Usage
			if u.Completeness != providers.UsageEstimated || u.Input == 0 || u.Output == 0 {
				t.Errorf("%d chunks: %+v", half.Chunks, u)
			}
			if strings.HasPrefix(r.api, "anthropic") && u.Input != whole.Input {
				t.Errorf("%d in, but %d were reported", u.Input, whole.Input)
			}
			if whole.Output > 0 && u.Output > whole.Output*3/2+5 {
				t.Errorf("%d out after half of it, %d in all", u.Output, whole.Output)
			}
		})
	}
	for _, api := range []string{"openai.chat", "anthropic.messages", "openai.responses"} {
		if seen[api] == 0 {
			t.Errorf("no stream of %s", api)
		}
	}
}
