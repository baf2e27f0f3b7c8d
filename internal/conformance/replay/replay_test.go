package replay_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/llmotel/sdk/llmotel"
)

// way is how a program installs the instrumentation.
type way struct {
	name string
	// fits tells for which recordings it can be used.
	fits func(r *recording, s sdk) bool
	// dialling sets up the client over base.
	dialling func(o *observed, base http.RoundTripper) dialling
	// options are those of the instrumentation.
	options []llmotel.Option
}

func anything(*recording, sdk) bool { return true }

// split is base, or base in pieces.
func split(base http.RoundTripper, read int) http.RoundTripper {
	if read == 0 {
		return base
	}
	return inPieces(read, base)
}

var ways = []way{
	{
		name: "Transport", fits: anything,
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(base)}}
		},
	},
	{
		name: "Transport, compressed", fits: func(r *recording, _ sdk) bool { return r.packed() },
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: unpacking(o.inst.Transport(base))}}
		},
	},
	{
		name: "Middleware", fits: func(_ *recording, s sdk) bool { return s.middleware },
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: base}, middleware: o.inst.Middleware()}
		},
	},
	{
		name: "Middleware in the span of Anthropic's SDK", fits: func(r *recording, _ sdk) bool { return r.api == "anthropic.messages" },
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{
				client: &http.Client{Transport: base}, middleware: o.inst.Middleware(),
				anthropic: []anthropicoption.RequestOption{anthropicoption.WithTracerProvider(o.TracerProvider)},
			}
		},
	},
	{
		name: "Transport in the span of Anthropic's SDK", fits: func(r *recording, _ sdk) bool { return r.api == "anthropic.messages" },
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{
				client:    &http.Client{Transport: o.inst.Transport(base)},
				anthropic: []anthropicoption.RequestOption{anthropicoption.WithTracerProvider(o.TracerProvider)},
			}
		},
	},
	{
		name: "Transport, with content", fits: anything, options: []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithToolDefinitions()},
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(base)}}
		},
	},
	{
		name: "Middleware and Transport", fits: func(_ *recording, s sdk) bool { return s.middleware },
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(base)}, middleware: o.inst.Middleware()}
		},
	},
	{
		name: "Transport over Transport", fits: anything,
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(o.inst.Transport(base))}}
		},
	},
	{
		name: "Transport over otelhttp", fits: anything,
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(o.otelhttp(base))}}
		},
	},
	{
		name: "otelhttp over Transport", fits: anything,
		dialling: func(o *observed, base http.RoundTripper) dialling {
			return dialling{client: &http.Client{Transport: o.otelhttp(o.inst.Transport(base))}}
		},
	},
}

// otelhttp is OpenTelemetry's transport over base.
func (o *observed) otelhttp(base http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(o.TracerProvider), otelhttp.WithMeterProvider(noop.NewMeterProvider()))
}

// cut is how a body is divided: sent in pieces of so many bytes, or read so.
type cut struct{ send, read int }

func (c cut) String() string { return fmt.Sprintf("sent by %d, read by %d", c.send, c.read) }

// cuts are for what reads bodies alone, fewCuts for what has others around it.
var (
	cuts    = []cut{{0, 0}, {1000, 0}, {64, 0}, {0, 1}, {0, 3}, {0, 7}, {0, 64}}
	fewCuts = []cut{{64, 0}, {0, 7}}
)

func TestRecordings(t *testing.T) {
	server := newPlayer(t)
	base := dial(t, server.server)
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			s := r.sdk(t)
			server.tape, server.size = &r, 0
			want, wantErr := s.call(t.Context(), t, &r, dialling{client: &http.Client{Transport: base}})
			sent := server.sent
			if f, failed := failures[r.name]; (wantErr != nil) != (failed && f.status >= http.StatusBadRequest) && !r.foreignToSDK() {
				t.Fatalf("the SDK's error is %v", wantErr)
			}
			if !s.typed {
				server.checkSent(t)
			}
			for _, w := range ways {
				if !w.fits(&r, s) {
					continue
				}
				pieces := fewCuts
				if w.name == "Transport" || w.name == "Middleware" {
					pieces = cuts
				}
				for _, c := range pieces {
					t.Run(w.name+", "+c.String(), func(t *testing.T) {
						server.size, server.served = c.send, 0
						o := observe(t, w.options...)
						got, err := s.call(t.Context(), t, &r, w.dialling(o, split(base, c.read)))
						if server.served != 1 {
							t.Fatalf("%d requests", server.served)
						}
						if !bytes.Equal(sent, server.sent) {
							t.Errorf("sent %q, without instrumentation %q", server.sent, sent)
						}
						if diff := cmp.Diff(want, got); diff != "" {
							t.Errorf("the SDK got something else (-without +with):\n%s", diff)
						}
						if diff := cmp.Diff(text(wantErr), text(err)); diff != "" {
							t.Errorf("the SDK got another error (-without +with):\n%s", diff)
						}
						r.check(t, o, r.spanName())
					})
				}
			}
		})
	}
}

// foreignToSDK tells whether the SDK cannot read the answer: the recorded client
// asked for numbers in place of names.
func (r *recording) foreignToSDK() bool { return strings.Contains(r.url.RawQuery, "enum-encoding") }

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// spanName is the name of the recording's span.
func (r *recording) spanName() string {
	return fmt.Sprint(r.attributes["gen_ai.operation.name"], " ", r.attributes["gen_ai.request.model"])
}
