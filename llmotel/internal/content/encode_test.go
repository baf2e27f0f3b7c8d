package content_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestInput(t *testing.T) {
	cases := map[string]struct {
		collect func(b *content.Builder)
		want    string
	}{
		"nothing": {func(*content.Builder) {}, ``},
		"text in fragments": {
			func(b *content.Builder) {
				p := b.Input("user").Part(content.Text)
				p.AppendString(content.Body, "say \"h")
				p.Append(content.Body, []byte("i\"\n\x01"))
			},
			`[{"role":"user","parts":[{"type":"text","content":"say \"hi\"\n\u0001"}]}]`,
		},
		"a rune in two fragments": {
			func(b *content.Builder) {
				p := b.Input("user").Part(content.Text)
				p.AppendString(content.Body, "\xe2\x82")
				p.AppendString(content.Body, "\xac\xff")
			},
			`[{"role":"user","parts":[{"type":"text","content":"€` + "\ufffd" + `"}]}]`,
		},
		"role after the content, and a name": {
			func(b *content.Builder) {
				m := b.Input("")
				m.Part(content.Text).AppendString(content.Body, "x")
				m.SetRole([]byte("critic"))
				m.SetName([]byte("Ada"))
			},
			`[{"role":"critic","parts":[{"type":"text","content":"x"}],"name":"Ada"}]`,
		},
		"roles of vendors": {
			func(b *content.Builder) {
				for _, role := range []string{"", "developer", "function", "model", "system"} {
					b.Input(role)
				}
			},
			`[{"role":"user","parts":[]},{"role":"system","parts":[]},{"role":"tool","parts":[]},{"role":"assistant","parts":[]},{"role":"system","parts":[]}]`,
		},
		"texts that never came": {
			func(b *content.Builder) {
				m := b.Input("user")
				m.Part(content.Text)
				m.Part(content.Reasoning)
				m.Part(content.Text).AppendString(content.Body, "x")
			},
			`[{"role":"user","parts":[{"type":"text","content":"x"}]}]`,
		},
		"tool call and result": {
			func(b *content.Builder) {
				p := b.Input("assistant").Part(content.ToolCall)
				p.Set(content.ID, "c1")
				p.Set(content.Name, "old")
				p.Set(content.Name, "weather")
				p.AppendString(content.Body, `{ "city" : "Gen\u00e8ve", "n":[1, 2.50 ,true,null] }`)
				p = b.Input("tool").Part(content.ToolResult)
				p.Set(content.ID, "c1")
				p.AppendString(content.Body, ` {"t": 21} `)
				p = b.Input("tool").Part(content.ToolResult)
				p.AppendString(content.Body, `21`)
			},
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Gen\u00e8ve","n":[1,2.50,true,null]}}]},` +
				`{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":{"t":21}}]},` +
				`{"role":"tool","parts":[{"type":"tool_call_response","response":"21"}]}]`,
		},
		"arguments that are no JSON, and none": {
			func(b *content.Builder) {
				m := b.Input("assistant")
				m.Part(content.ToolCall).AppendString(content.Body, `{"city":"Gen`)
				m.Part(content.ToolCall).Set(content.Name, "now")
			},
			`[{"role":"assistant","parts":[{"type":"tool_call","name":"","arguments":"{\"city\":\"Gen"},{"type":"tool_call","name":"now"}]}]`,
		},
		"media": {
			func(b *content.Builder) {
				m := b.Input("user")
				p := m.Part(content.Blob)
				p.Set(content.MIMEType, "image/png")
				p.AppendString(content.Body, "aGk=")
				p = m.Part(content.URI)
				p.Set(content.Modality, "video")
				p.AppendString(content.Body, "gs://b/o.mp4")
				m.Part(content.URI).AppendString(content.Body, "data:audio/wav;base64,aGk=")
				m.Part(content.URI).AppendString(content.Body, "data:text/plain,hi")
				m.Part(content.File).AppendString(content.Body, "file-1")
			},
			`[{"role":"user","parts":[{"type":"blob","mime_type":"image/png","modality":"image","content":"aGk="},` +
				`{"type":"uri","modality":"video","uri":"gs://b/o.mp4"},` +
				`{"type":"blob","mime_type":"audio/wav","modality":"audio","content":"aGk="},` +
				`{"type":"uri","modality":"document","uri":"data:text/plain,hi"},` +
				`{"type":"file","modality":"document","file_id":"file-1"}]}]`,
		},
		"parts of a vendor": {
			func(b *content.Builder) {
				m := b.Input("user")
				m.Part(content.Generic).AppendString(content.Body, `{"a":1,"type":"own"}`)
				p := m.Part(content.Generic)
				p.Set(content.Type, "told")
				p.AppendString(content.Body, `{"a":1}`)
				p = m.Part(content.Generic)
				p.Set(content.Type, "told")
				p.AppendString(content.Body, `{}`)
				m.Part(content.Generic).AppendString(content.Body, `{"type":1}`)
				m.Part(content.Generic).AppendString(content.Body, `[1]`)
				m.Part(content.Refusal).AppendString(content.Body, `no`)
			},
			`[{"role":"user","parts":[{"a":1,"type":"own"},{"type":"told","a":1},{"type":"told"},` +
				`{"type":"generic","content":"{\"type\":1}"},{"type":"generic","content":"[1]"},{"type":"refusal","content":"no"}]}]`,
		},
	}
	all := loadSchemas(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := content.Get(0)
			defer b.Free()
			c.collect(b)
			got := (&content.Encoder{}).Input([]byte("before"), b)
			if diff := cmp.Diff("before"+c.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if c.want != "" {
				all.check(t, "input-messages", got[len("before"):])
			}
		})
	}
}

func TestOutput(t *testing.T) {
	cases := map[string]struct {
		collect func(b *content.Builder)
		want    string
	}{
		"interleaved parts and choices": {
			func(b *content.Builder) {
				b.Output(1).PartAt(0, content.Text).AppendString(content.Body, "b")
				b.Output(0).PartAt(1, content.Text).AppendString(content.Body, "a1")
				b.Output(0).PartAt(0, content.Reasoning).AppendString(content.Body, "think")
				b.Output(0).PartAt(1, content.Text).AppendString(content.Body, " a2")
				b.Output(0).Last().AppendString(content.Body, "ing")
				b.Output(0).SetFinishReason([]byte("stop"))
			},
			`[{"role":"assistant","parts":[{"type":"text","content":"a1 a2"},{"type":"reasoning","content":"thinking"}],"finish_reason":"stop"},` +
				`{"role":"assistant","parts":[{"type":"text","content":"b"}],"finish_reason":"error"}]`,
		},
		"tools that the vendor runs": {
			func(b *content.Builder) {
				m := b.Output(0)
				p := m.Part(content.ServerCall)
				p.AppendString(content.ID, "s1")
				p.AppendString(content.Name, "web_search")
				p.AppendString(content.Body, `{"query":"q"}`)
				m.Part(content.ServerCall).AppendString(content.Type, "mcp")
				p = m.Part(content.ServerResult)
				p.AppendString(content.ID, "s1")
				p.AppendString(content.Type, "web_search")
				p.AppendString(content.Body, "found")
				m.SetFinishReason([]byte("stop"))
			},
			`[{"role":"assistant","parts":[{"type":"server_tool_call","id":"s1","name":"web_search","server_tool_call":{"type":"web_search","arguments":{"query":"q"}}},` +
				`{"type":"server_tool_call","name":"mcp","server_tool_call":{"type":"mcp"}},{"type":"server_tool_call_response","id":"s1","server_tool_call_response":{"type":"web_search","response":"found"}}],"finish_reason":"stop"}]`,
		},
		"no content": {
			func(b *content.Builder) {
				b.Output(0).SetFinishReason([]byte("stop"))
				b.Output(0).Part(content.Text)
			},
			``,
		},
		"a choice without content beside one with": {
			func(b *content.Builder) {
				b.Output(0).SetFinishReasonString("content_filter")
				b.Output(1).Part(content.Text).AppendString(content.Body, "x")
			},
			`[{"role":"assistant","parts":[],"finish_reason":"content_filter"},{"role":"assistant","parts":[{"type":"text","content":"x"}],"finish_reason":"error"}]`,
		},
		"restart": {
			func(b *content.Builder) {
				b.Output(0).PartAt(0, content.Text).AppendString(content.Body, "gone")
				b.ResetOutput()
				b.Output(0).PartAt(0, content.Text).AppendString(content.Body, "new")
				b.Output(-1).SetFinishReasonString("length")
			},
			`[{"role":"assistant","parts":[{"type":"text","content":"new"}],"finish_reason":"length"}]`,
		},
	}
	all := loadSchemas(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := content.Get(0)
			defer b.Free()
			c.collect(b)
			got := (&content.Encoder{}).Output(nil, b)
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if c.want != "" {
				all.check(t, "output-messages", got)
			}
		})
	}
}

func TestSystem(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	var e content.Encoder
	if got := e.System(nil, b); len(got) != 0 {
		t.Errorf("nothing was said, got %s", got)
	}
	b.System().Part(content.Text).AppendString(content.Body, "be kind")
	b.System().Part(content.Generic).AppendString(content.Body, `{"type":"x"}`)
	got := e.System(nil, b)
	if diff := cmp.Diff(`[{"type":"text","content":"be kind"},{"type":"x"}]`, string(got)); diff != "" {
		t.Error(diff)
	}
	loadSchemas(t).check(t, "system-instructions", got)
}

// shout is a redactor whose work shows.
func shout(dst, text []byte) []byte {
	return append(dst, bytes.ReplaceAll(bytes.ToUpper(text), []byte("BOB"), []byte("[NAME]"))...)
}

func TestRedaction(t *testing.T) {
	e := content.Encoder{
		Redactor: shout, FullTools: true,
		Named: secret("pin"),
	}
	b := content.Get(0)
	defer b.Free()
	m := b.Input("user")
	m.SetNameString("bob")
	m.Part(content.Text).AppendString(content.Body, "bo")
	m.Last().AppendString(content.Body, "b\nsaid \"hi\"")
	p := m.Part(content.ToolCall)
	p.Set(content.ID, "bob")
	p.Set(content.Name, "bob")
	p.AppendString(content.Body, `{"bob":"\u0062ob","pin":1234,"a":{"pin":"x","\u0070in":"y"},"pin":["k",123456789],"pin":true,"b":"\n\ud83d\ude00"}`)
	m.Part(content.ToolCall).AppendString(content.Body, `{"k":"bob`)
	m.Part(content.ToolResult).AppendString(content.Body, `bob`)
	m.Part(content.Generic).AppendString(content.Body, `{"type":"bob","x":"bob"}`)
	m.Part(content.URI).AppendString(content.Body, `https://h/bob`)
	m.Part(content.Blob).AppendString(content.Body, `bobb`)
	b.System().Part(content.Text).AppendString(content.Body, "bob")
	b.Output(0).Part(content.Refusal).AppendString(content.Body, "bob")
	b.Tool().Set(content.Description, "bob")

	want := `[{"role":"user","parts":[{"type":"text","content":"[NAME]\nSAID \"HI\""},` +
		`{"type":"tool_call","id":"bob","name":"bob","arguments":{"[NAME]":"[NAME]","PIN":"[KEY]","A":{"PIN":"[KEY]","PIN":"[KEY]"},"PIN":["K",123456789],"PIN":true,"B":"\n\ud83d\ude00"}},` +
		`{"type":"tool_call","name":"","arguments":"{\"K\":\"[NAME]"},` +
		`{"type":"tool_call_response","response":"[NAME]"},{"type":"[NAME]","X":"[NAME]"},` +
		`{"type":"uri","modality":"document","uri":"HTTPS://H/[NAME]"},{"type":"blob","modality":"document","content":"bobb"}],"name":"[NAME]"}]`
	got := string(e.Input(nil, b))
	// The name of a secret is redacted as every name is, but recognised before.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, doc := range [][]byte{e.System(nil, b), e.Output(nil, b), e.Tools(nil, b)} {
		if !bytes.Contains(doc, []byte("[NAME]")) || bytes.Contains(doc, []byte("bob")) {
			t.Errorf("not redacted: %s", doc)
		}
	}
}

func TestRedactionOfNumbers(t *testing.T) {
	e := content.Encoder{Redactor: func(dst, text []byte) []byte {
		return append(dst, strings.ReplaceAll(string(text), "4111111111111111", "[CARD]")...)
	}}
	b := content.Get(0)
	defer b.Free()
	b.Input("user").Part(content.ToolCall).AppendString(content.Body, `[4111111111111111,411111111111111]`)
	want := `[{"role":"user","parts":[{"type":"tool_call","name":"","arguments":["[CARD]",411111111111111]}]}]`
	if diff := cmp.Diff(want, string(e.Input(nil, b))); diff != "" {
		t.Error(diff)
	}
}

func TestDeepJSONIsText(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	b.Input("user").Part(content.ToolCall).AppendString(content.Body, deep)
	want := `[{"role":"user","parts":[{"type":"tool_call","name":"","arguments":"` + deep + `"}]}]`
	if diff := cmp.Diff(want, string((&content.Encoder{}).Input(nil, b))); diff != "" {
		t.Error(diff)
	}
}

// secret masks the values of members by that name.
func secret(called string) func(name, value []byte) string {
	return func(name, _ []byte) string {
		if string(name) == called {
			return "[KEY]"
		}
		return ""
	}
}
