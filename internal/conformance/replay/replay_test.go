package replay_test

import (
	"fmt"
	"net/http"
	"testing"

	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/google/go-cmp/cmp"
)

// way is how a program installs the instrumentation.
type way struct {
	name string
	// fits tells for which recordings it can be used.
	fits func(r *recording, s sdk) bool
	// dialling sets up the client over base.
	dialling func(o *observed, base *http.Transport, read int) dialling
	// span is the name of the span that the vendor's SDK has started; empty
	// where it is ours.
	span string
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
		dialling: func(o *observed, base *http.Transport, read int) dialling {
			return dialling{client: &http.Client{Transport: o.inst.Transport(split(base, read))}}
		},
	},
	{
		name: "Transport, compressed", fits: func(r *recording, _ sdk) bool { return r.packed() },
		dialling: func(o *observed, base *http.Transport, read int) dialling {
			return dialling{client: &http.Client{Transport: unpacking(o.inst.Transport(split(base, read)))}}
		},
	},
	{
		name: "Middleware", fits: func(_ *recording, s sdk) bool { return s.middleware },
		dialling: func(o *observed, base *http.Transport, read int) dialling {
			return dialling{client: &http.Client{Transport: split(base, read)}, middleware: o.inst.Middleware()}
		},
	},
	{
		name: "Middleware in the span of Anthropic's SDK", fits: func(r *recording, _ sdk) bool { return r.api == "anthropic.messages" },
		dialling: func(o *observed, base *http.Transport, read int) dialling {
			return dialling{
				client: &http.Client{Transport: split(base, read)}, middleware: o.inst.Middleware(),
				anthropic: []anthropicoption.RequestOption{anthropicoption.WithTracerProvider(o.TracerProvider)},
			}
		},
	},
	{
		name: "Transport in the span of Anthropic's SDK", fits: func(r *recording, _ sdk) bool { return r.api == "anthropic.messages" },
		dialling: func(o *observed, base *http.Transport, read int) dialling {
			return dialling{
				client:    &http.Client{Transport: o.inst.Transport(split(base, read))},
				anthropic: []anthropicoption.RequestOption{anthropicoption.WithTracerProvider(o.TracerProvider)},
			}
		},
	},
}

// cut is how a body is divided: sent in pieces of so many bytes, or read so.
type cut struct{ send, read int }

func (c cut) String() string { return fmt.Sprintf("sent by %d, read by %d", c.send, c.read) }

var cuts = []cut{{0, 0}, {1000, 0}, {64, 0}, {0, 1}, {0, 3}, {0, 7}, {0, 64}}

func TestRecordings(t *testing.T) {
	server := newPlayer(t)
	base := dial(t, server.server)
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			s := r.sdk(t)
			server.tape, server.size = &r, 0
			want, wantErr := s.call(t.Context(), t, &r, dialling{client: &http.Client{Transport: base}})
			if !s.typed {
				server.checkSent(t)
			}
			for _, w := range ways {
				if !w.fits(&r, s) {
					continue
				}
				for _, c := range cuts {
					t.Run(w.name+", "+c.String(), func(t *testing.T) {
						server.size, server.served = c.send, 0
						o := observe(t)
						got, err := s.call(t.Context(), t, &r, w.dialling(o, base, c.read))
						if server.served != 1 {
							t.Fatalf("%d requests", server.served)
						}
						if !s.typed {
							server.checkSent(t)
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
