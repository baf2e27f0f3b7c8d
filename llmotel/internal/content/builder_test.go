package content_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestLimit(t *testing.T) {
	mask := content.Encoder{Redactor: func(dst, text []byte) []byte { return append(dst, text...) }}
	cases := map[string]struct {
		encoder content.Encoder
		collect func(b *content.Builder)
		want    string // of input and output
	}{
		"the text ends with a marker": {
			content.Encoder{},
			func(b *content.Builder) {
				p := b.Input("").Part(content.Text)
				p.AppendString(content.Body, strings.Repeat("é", 80))
				p.AppendString(content.Body, "more")
			},
			`[{"role":"user","parts":[{"type":"text","content":"` + strings.Repeat("é", 37) + `…[truncated]"}]}]`,
		},
		"what may be half of a secret goes": {
			mask,
			func(b *content.Builder) {
				b.Input("").Part(content.Text).AppendString(content.Body, strings.Repeat("a", 55)+" card 4111 1111 1111 1111 or so")
			},
			`[{"role":"user","parts":[{"type":"text","content":"` + strings.Repeat("a", 55) + ` card…[truncated]"}]}]`,
		},
		"half a blob is none": {
			content.Encoder{},
			func(b *content.Builder) {
				m := b.Input("")
				m.Part(content.Blob).AppendString(content.Body, strings.Repeat("a", 50))
				m.Last().AppendString(content.Body, strings.Repeat("a", 50))
				m.Part(content.URI).AppendString(content.Body, "data:image/png;base64,"+strings.Repeat("a", 80))
				m.Part(content.URI).AppendString(content.Body, "data:"+strings.Repeat("a", 80))
				m.Part(content.Text).AppendString(content.Body, "there is room again")
			},
			`[{"role":"user","parts":[{"type":"blob","modality":"document","content":"…[truncated]"},` +
				`{"type":"blob","mime_type":"image/png","modality":"image","content":"…[truncated]"},` +
				`{"type":"uri","modality":"document","uri":"…[truncated]"},{"type":"text","content":"there is room again"}]}]`,
		},
		"the answer has room of its own": {
			content.Encoder{},
			func(b *content.Builder) {
				b.Input("").Part(content.Text).AppendString(content.Body, strings.Repeat("a", 200))
				b.Output(0).Part(content.Text).AppendString(content.Body, strings.Repeat("b", 200))
				b.ResetOutput()
				b.Output(0).Part(content.Text).AppendString(content.Body, strings.Repeat("c", 200))
			},
			`[{"role":"user","parts":[{"type":"text","content":"` + strings.Repeat("a", 75) + `…[truncated]"}]}]` +
				`[{"role":"assistant","parts":[{"type":"text","content":"` + strings.Repeat("c", 25) + `…[truncated]"}],"finish_reason":"error"}]`,
		},
		"cut arguments are text": {
			content.Encoder{},
			func(b *content.Builder) {
				b.Input("").Part(content.ToolCall).AppendString(content.Body, strings.Repeat("1", 200))
			},
			`[{"role":"user","parts":[{"type":"tool_call","name":"","arguments":"` + strings.Repeat("1", 75) + `…[truncated]"}]}]`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := content.Get(100)
			defer b.Free()
			c.collect(b)
			if !b.Truncated() {
				t.Error("not marked as truncated")
			}
			if diff := cmp.Diff(c.want, string(c.encoder.Output(c.encoder.Input(nil, b), b))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNumberOfPartsIsBounded(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	for i := range 1 << 16 {
		b.Output(i).PartAt(i, content.Text).AppendString(content.Body, "x")
		b.Input("user").Part(content.Generic).Set(content.Type, "t")
		b.Tool().Set(content.Name, "f")
	}
	if !b.Truncated() {
		t.Error("not marked as truncated")
	}
	var e content.Encoder
	if n := len(e.Tools(e.Input(e.Output(nil, b), b), b)); n > 1<<20 {
		t.Errorf("%d bytes kept of empty things", n)
	}
}

func TestNilDoesNothing(t *testing.T) {
	var b *content.Builder
	b.Input("user").Part(content.Text).AppendString(content.Body, "x")
	b.Output(0).PartAt(3, content.Text).Append(content.Body, []byte("x"))
	b.Output(0).Last().Set(content.Name, "x")
	b.System().SetRoleString("x")
	b.System().SetRole(nil)
	b.Input("").SetName(nil)
	b.Input("").SetNameString("")
	b.Output(0).SetFinishReason(nil)
	b.Output(0).SetFinishReasonString("")
	b.Tool().AppendString(content.Name, "x")
	b.Tool().Append(content.Raw, nil)
	b.Tool().Set(content.Raw, "x")
	b.ResetOutput()
	b.Request(nil)
	b.Response(nil)
	b.Chunk(nil)
	b.Free()
	if b.Truncated() || b.Output(0).Last().Len(content.Body) != 0 {
		t.Error("nil holds something")
	}
	var e content.Encoder
	if got := e.Tools(e.System(e.Output(e.Input(nil, b), b), b), b); len(got) != 0 {
		t.Errorf("got %s", got)
	}
}

func TestReuseStartsEmpty(t *testing.T) {
	var e content.Encoder
	for range 100 {
		b := content.Get(30)
		if got := e.Tools(e.System(e.Output(e.Input(nil, b), b), b), b); len(got) != 0 || b.Truncated() {
			t.Fatalf("a fresh builder holds %s", got)
		}
		m := b.Input("user")
		m.SetNameString("x")
		p := m.Part(content.ToolCall)
		p.Set(content.ID, "1")
		p.Set(content.Name, "f")
		p.AppendString(content.Body, strings.Repeat("x", 100))
		b.System().SetRoleString("x")
		b.System().Part(content.Text).Set(content.Body, "x")
		b.Output(3).SetFinishReasonString("stop")
		b.Tool().Set(content.Raw, "{}")
		b.Free()

		b = content.Get(0)
		b.Input("").Part(content.ToolCall)
		b.Output(0).Part(content.Blob)
		b.Tool()
		want := `[{"role":"user","parts":[{"type":"tool_call","name":""}]}]` +
			`[{"role":"assistant","parts":[{"type":"blob","modality":"document","content":""}],"finish_reason":"error"}]` +
			`[{"type":"function","name":""}]`
		if diff := cmp.Diff(want, string(e.Tools(e.Output(e.Input(nil, b), b), b))); diff != "" {
			t.Fatal(diff)
		}
		b.Free()
	}
}
