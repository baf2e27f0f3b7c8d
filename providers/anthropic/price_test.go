package anthropic_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// What an answer says that decides on its price, whole and as a stream.
func TestAnswerTellsTierAndRegion(t *testing.T) {
	for name, c := range map[string]struct{ usage, tier, region string }{
		"anywhere":     {`"service_tier":"standard","speed":"standard","inference_geo":"global"`, "standard", ""},
		"not told":     {`"service_tier":"priority","inference_geo":"not_available"`, "priority", ""},
		"in the US":    {`"service_tier":"standard","inference_geo":"us"`, "standard", "us"},
		"at speed":     {`"service_tier":"standard","speed":"fast"`, "fast", ""},
		"says no tier": {`"output_tokens":1`, "", ""},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, stream %t", name, stream), func(t *testing.T) {
				usage := `"usage":{"input_tokens":4,` + c.usage + `}`
				p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
					if !stream {
						w.Header().Set("Content-Type", "application/json")
						_, _ = io.WriteString(w, `{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",`+usage+`}`)
						return
					}
					w.Header().Set("Content-Type", "text/event-stream")
					for _, e := range []string{`{"type":"message_start","message":{"id":"m","model":"c",` + usage + `}}`, block, hi, end, delta, finish} {
						_, _ = fmt.Fprintf(w, "data: %s\n\n", e)
					}
				})
				var got *providers.Response
				var err error
				if stream {
					got, err = providers.Collect(p.Stream(t.Context(), hello()))
				} else {
					got, err = p.Generate(t.Context(), hello())
				}
				if err != nil {
					t.Fatal(err)
				}
				if got.ServiceTier != c.tier || got.Region != c.region {
					t.Errorf("tier %q, region %q; want %q and %q", got.ServiceTier, got.Region, c.tier, c.region)
				}
			})
		}
	}
}
