package failover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func message(parts ...providers.Part) *providers.Request {
	return &providers.Request{Model: "m", Messages: []providers.Message{{Role: providers.RoleUser, Parts: parts}}}
}

func TestTargetsThatLackACapabilityArePassedOver(t *testing.T) {
	text := providers.Text{Text: "hi"}
	media := providers.Media{MIMEType: "image/png", Data: []byte{1}}
	schema := message(text)
	schema.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: "s", Schema: []byte(`{}`)}
	tools := message(text)
	tools.Tools = []providers.Tool{{Name: "f"}}
	choices := message(text)
	choices.Choices = 2
	spoken := message(text)
	spoken.OutputModalities = []providers.Modality{providers.ModalityAudio}
	drawn := message(text)
	drawn.OutputModalities = []providers.Modality{providers.ModalityImage}
	result := message(text)
	result.Messages = append(result.Messages,
		providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "1", Name: "f", Arguments: "{}"}}},
		providers.Message{Role: providers.RoleTool, Parts: []providers.Part{providers.ToolResult{CallID: "1", Parts: []providers.Part{providers.Image{Media: media}}}}})
	cases := []struct {
		name string
		req  *providers.Request
		need failover.Capability
	}{
		{"tools", tools, failover.Tools},
		{"images", message(text, providers.Image{Media: media}), failover.Images},
		{"audio", message(text, providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: []byte{1}}}), failover.Audio},
		{"spoken answer", spoken, failover.Audio},
		{"drawn answer", drawn, failover.Images},
		{"files", message(text, providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{1}}}), failover.Files},
		{"schema", schema, failover.StructuredOutput},
		{"choices", choices, failover.Choices},
		{"image in a tool's result", result, failover.Images},
		{"a tool's result", result, failover.Tools},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, stream := range []bool{false, true} {
				lacks, able := script("lacks"), script("able")
				chain := fleet(t, []failover.Target{
					{Name: "lacks", Provider: lacks, Options: []failover.TargetOption{failover.WithoutCapabilities(c.need)}},
					{Name: "able", Provider: able, Options: []failover.TargetOption{failover.WithoutCapabilities(^c.need & 0x3f)}},
				})
				ask := func(req *providers.Request) string {
					if !stream {
						return winnerOf(t, chain, req)
					}
					resp, err := providers.Collect(chain.Stream(t.Context(), req))
					if err != nil {
						t.Fatal(err)
					}
					return resp.Target
				}
				if got := ask(message(text)); got != "lacks" {
					t.Errorf("stream %t: a plain request went to %s", stream, got)
				}
				if c.name != "image in a tool's result" && c.name != "a tool's result" { // these need both
					if got := ask(c.req); got != "able" {
						t.Errorf("stream %t: %s answered", stream, got)
					}
				}
			}
			alone := fleet(t, []failover.Target{{Name: "lacks", Options: []failover.TargetOption{failover.WithoutCapabilities(c.need)}}})
			_, err := alone.Generate(t.Context(), c.req)
			e, ok := errors.AsType[*failover.Error](err)
			if !ok || e.Outcome != failover.OutcomeExhausted || providers.KindOf(err) != providers.KindUnsupported || !e.RetryAt.IsZero() || e.Attempts() != 0 {
				t.Fatalf("%#v", err)
			}
			if len(e.History) != 1 || e.History[0].Skip != failover.SkipCapability || errors.Is(err, failover.ErrOpen) {
				t.Errorf("%+v", e.History)
			}
			if !strings.Contains(err.Error(), "lacks what the request needs of: "+c.need.String()) {
				t.Error(err)
			}
		})
	}
}

func TestContextWindow(t *testing.T) {
	window := func(n int64) []failover.TargetOption {
		return []failover.TargetOption{failover.WithContextWindow(n)}
	}
	tooLong := always("small", step{err: fail(providers.KindContextLength)})
	t.Run("estimate", func(t *testing.T) {
		small := script("small")
		c := fleet(t, []failover.Target{{Name: "small", Provider: small, Options: window(100)}, {Name: "unknown"}})
		if got := winnerOf(t, c, message(providers.Text{Text: strings.Repeat("x", 400)})); got != "small" { // 100 tokens
			t.Errorf("%s answered", got)
		}
		if got := winnerOf(t, c, message(providers.Text{Text: strings.Repeat("x", 404)})); got != "unknown" || small.count() != 1 {
			t.Errorf("%s answered, small was asked %d times", got, small.count())
		}
	})
	cases := []struct {
		name    string
		windows []int64
		want    string // who answers; empty: nobody
		calls   int    // of the second
	}{
		{"to a larger one", []int64{100, 50, 200}, "c", 0},
		{"not to an equal one", []int64{100, 100, 100}, "", 0},
		{"not to an unknown one", []int64{100, 0, 0}, "", 0},
		{"not from an unknown one", []int64{0, 200, 300}, "", 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := script("b")
			c := fleet(t, []failover.Target{
				{Name: "a", Provider: tooLong, Options: window(tc.windows[0])},
				{Name: "b", Provider: b, Options: window(tc.windows[1])},
				{Name: "c", Options: window(tc.windows[2])},
			})
			resp, err := c.Generate(t.Context(), ask())
			switch {
			case tc.want == "" && (providers.KindOf(err) != providers.KindContextLength):
				t.Errorf("%v, %v", resp, err)
			case tc.want != "" && (err != nil || resp.Target != tc.want):
				t.Errorf("%v, %v", resp, err)
			}
			if b.count() != tc.calls {
				t.Errorf("b was asked %d times", b.count())
			}
			if s := state(t, c); s != providers.BreakerClosed {
				t.Errorf("breaker %s", s)
			}
		})
	}
}

func TestCapabilityNames(t *testing.T) {
	got := (failover.Tools | failover.Images | failover.Audio | failover.Files | failover.StructuredOutput | failover.Choices).String()
	if diff := cmp.Diff("tools, images, audio, files, structured output, several choices", got); diff != "" {
		t.Error(diff)
	}
}
