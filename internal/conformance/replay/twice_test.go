package replay_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3/option"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/openai"
)

// TestAnthropicsSpanIsEnriched has the SDK start its own span and retry under
// it: there is no other span, and it says what ours would.
func TestAnthropicsSpanIsEnriched(t *testing.T) {
	for provider, options := range map[string]func(*testing.T, *observed) []anthropicoption.RequestOption{
		"given": func(_ *testing.T, o *observed) []anthropicoption.RequestOption {
			return []anthropicoption.RequestOption{anthropicoption.WithTracerProvider(o.TracerProvider)}
		},
		"global": func(t *testing.T, o *observed) []anthropicoption.RequestOption {
			t.Helper()
			otel.SetTracerProvider(o.TracerProvider)
			t.Cleanup(func() { otel.SetTracerProvider(tracenoop.NewTracerProvider()) })
			return []anthropicoption.RequestOption{}
		},
		"none": func(*testing.T, *observed) []anthropicoption.RequestOption { return nil },
	} {
		for _, r := range written[2:] {
			for layer := range installed {
				t.Run(provider+", "+r.name+", "+layer, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						o := observe(t)
						d := installed[layer](o, &script{replies: []reply{busy(http.Header{"Retry-After-Ms": {"1500"}}), r.reply()}})
						d.retries, d.anthropic = 2, options(t, o)
						if _, err := r.sdk(t).call(t.Context(), t, &r, d); err != nil {
							t.Fatal(err)
						}
						want := 1
						if provider == "none" {
							want = 2 // attempts
						}
						spans := o.calling()
						if len(spans) != want {
							t.Fatalf("%d spans, want %d", len(spans), want)
						}
						last := &spans[want-1]
						a := attributesOf(last.Attributes)
						for name, v := range map[string]any{"http.request.resend_count": 1.0, "error.type": nil} {
							if a[name] != v {
								t.Errorf("%s %v, want %v", name, a[name], v)
							}
						}
						if cost, _ := a["llmotel.cost.amount"].(float64); cost <= 0 {
							t.Errorf("cost %v", a["llmotel.cost.amount"])
						}
						if last.Status.Code == codes.Error || last.Name != r.spanName() {
							t.Errorf("span %q, %v", last.Name, last.Status)
						}
						delete(a, "http.request.resend_count")
						r.checkAttributes(t, a)
						r.checkTokens(t, o)
					})
				})
			}
		}
	}
}

// TestWrapOverInstrumentedClients has three layers see each call.
func TestWrapOverInstrumentedClients(t *testing.T) {
	for _, r := range written {
		for layer := range installed {
			t.Run(r.name+", "+layer, func(t *testing.T) {
				o := observe(t)
				p := wrapped(t, o, &r, installed[layer](o, &script{replies: []reply{r.reply()}}))
				ask := &providers.Request{Model: r.attributes["gen_ai.request.model"].(string), MaxOutputTokens: 64, Messages: []providers.Message{providers.UserText("Hi")}} //nolint:forcetypeassert // written above
				if r.streams() {
					for _, err := range p.Stream(t.Context(), ask) {
						if err != nil {
							t.Fatal(err)
						}
					}
				} else if _, err := p.Generate(t.Context(), ask); err != nil {
					t.Fatal(err)
				}
				span, _ := o.one(t)
				a := attributesOf(span.Attributes)
				a["gen_ai.request.max_tokens"] = r.attributes["gen_ai.request.max_tokens"] // 64 is asked of both
				if a["gen_ai.request.max_tokens"] == nil {
					delete(a, "gen_ai.request.max_tokens")
				}
				r.checkAttributes(t, a)
				r.checkTokens(t, o)
				if n := o.calls(t); n != 1 {
					t.Errorf("%d durations, want one", n)
				}
			})
		}
	}
}

// wrapped is this project's adapter of the recording's vendor, recorded as well.
func wrapped(t *testing.T, o *observed, r *recording, d dialling) *llmotel.Provider {
	t.Helper()
	var p providers.Provider
	var err error
	if r.api == "openai.chat" {
		opts := []openai.Option{openai.WithAPIKey("test"), openai.WithHTTPClient(d.client)}
		if d.middleware != nil {
			opts = append(opts, openai.WithSDKOptions(option.WithMiddleware(d.middleware)))
		}
		p, err = openai.New(opts...)
	} else {
		opts := []anthropic.Option{anthropic.WithAPIKey("test"), anthropic.WithHTTPClient(d.client)}
		if d.middleware != nil {
			opts = append(opts, anthropic.WithSDKOptions(anthropicoption.WithMiddleware(d.middleware)))
		}
		p, err = anthropic.New(opts...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.inst.Wrap(p)
}

// TestOtelhttpBesideTransport checks who is whose parent.
func TestOtelhttpBesideTransport(t *testing.T) {
	for _, r := range written {
		for _, above := range []bool{false, true} {
			t.Run(r.name, func(t *testing.T) {
				o := observe(t)
				base := &script{replies: []reply{r.reply()}}
				client := &http.Client{Transport: o.inst.Transport(o.otelhttp(base))}
				if above {
					client = &http.Client{Transport: o.otelhttp(o.inst.Transport(base))}
				}
				if _, err := r.sdk(t).call(context.WithoutCancel(t.Context()), t, &r, dialling{client: client}); err != nil {
					t.Fatal(err)
				}
				r.check(t, o, r.spanName())
				call, _ := o.one(t)
				spans := o.Spans()
				if len(spans) != 2 {
					t.Fatalf("%d spans, want two", len(spans))
				}
				parent, child := call, &spans[0]
				if spans[0].SpanContext.SpanID() == call.SpanContext.SpanID() {
					child = &spans[1]
				}
				if above {
					parent, child = child, parent
				}
				if child.Parent.SpanID() != parent.SpanContext.SpanID() || parent.Parent.IsValid() {
					t.Errorf("%q is not the child of %q", child.Name, parent.Name)
				}
			})
		}
	}
}
