package openai_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

const (
	created   = `{"type":"response.created","response":{"id":"r","model":"m","status":"in_progress"}}`
	hiDelta   = `{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hi"}`
	hiItem    = `{"id":"i","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}`
	twoTokens = `{"input_tokens":2,"output_tokens":1,"total_tokens":3}`
	completed = `{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[` + hiItem + `],"usage":` + twoTokens + `}}`
)

func TestResponsesStreamEnds(t *testing.T) {
	reported := providers.Usage{
		Completeness: providers.UsageReported, Reported: providers.ClassInput | providers.ClassOutput, Input: 2, Output: 1,
	}
	none := providers.Usage{}
	end := func(typ, fields string) string {
		return fmt.Sprintf(`{"type":"response.%s","response":{"id":"r","model":"m",%s}}`, typ, fields)
	}
	cases := map[string]struct {
		events []string
		kind   providers.Kind
		code   string
		finish providers.FinishReason
		raw    string
		text   string
		usage  providers.Usage
	}{
		"whole":                    {[]string{created, hiDelta, completed}, "", "", "stop", "completed", "Hi", reported},
		"terminator after all":     {[]string{created, hiDelta, completed, "[DONE]"}, "", "", "stop", "completed", "Hi", reported},
		"last event alone":         {[]string{completed}, "", "", "stop", "completed", "Hi", reported},
		"without deltas":           {[]string{created, completed}, "", "", "stop", "completed", "Hi", reported},
		"half the deltas":          {[]string{created, strings.Replace(hiDelta, "Hi", "H", 1), completed}, "", "", "stop", "completed", "Hi", reported},
		"item twice":               {[]string{created, hiDelta, `{"type":"response.output_item.done","output_index":0,"item":` + hiItem + `}`, completed}, "", "", "stop", "completed", "Hi", reported},
		"delta after the item":     {[]string{created, `{"type":"response.output_item.done","output_index":0,"item":` + hiItem + `}`, hiDelta, completed}, "", "", "stop", "completed", "Hi", reported},
		"output left out":          {[]string{created, hiDelta, end("completed", `"status":"completed","usage":`+twoTokens)}, "", "", "stop", "completed", "Hi", reported},
		"usage left out":           {[]string{created, hiDelta, end("completed", `"status":"completed"`)}, "", "", "stop", "completed", "Hi", none},
		"usage impossible":         {[]string{created, hiDelta, end("completed", `"status":"completed","usage":{"input_tokens":-1,"output_tokens":1}`)}, "", "", "stop", "completed", "Hi", none},
		"status left out":          {[]string{created, hiDelta, end("completed", `"output":[]`)}, "", "", "stop", "completed", "Hi", none},
		"length":                   {[]string{created, hiDelta, end("incomplete", `"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":`+twoTokens)}, "", "", "length", "max_output_tokens", "Hi", reported},
		"content filter":           {[]string{created, hiDelta, end("incomplete", `"status":"incomplete","incomplete_details":{"reason":"content_filter"}`)}, "", "", "content_filter", "content_filter", "Hi", none},
		"incomplete, new reason":   {[]string{created, hiDelta, end("incomplete", `"status":"incomplete","incomplete_details":{"reason":"novel"}`)}, "", "", "novel", "novel", "Hi", none},
		"incomplete, no reason":    {[]string{created, hiDelta, end("incomplete", `"status":"incomplete","incomplete_details":null`)}, "", "", "error", "incomplete", "Hi", none},
		"nothing said":             {[]string{created, end("completed", `"status":"completed","output":[],"usage":`+twoTokens)}, "", "", "stop", "completed", "", reported},
		"unknown events":           {[]string{created, `{"type":"response.novel","output_index":-4,"delta":{"x":1}}`, hiDelta, `{"type":"keepalive"}`, completed}, "", "", "stop", "completed", "Hi", reported},
		"without an end":           {[]string{created, hiDelta}, "malformed_reply", "", "", "", "", none},
		"chat's terminator":        {[]string{created, hiDelta, "[DONE]"}, "malformed_reply", "", "", "", "", none},
		"terminator alone":         {[]string{"[DONE]"}, "malformed_reply", "", "", "", "", none},
		"nothing":                  {nil, "malformed_reply", "", "", "", "", none},
		"not json":                 {[]string{created, "{"}, "malformed_reply", "", "", "", "", none},
		"a delta before all":       {[]string{hiDelta, completed}, "malformed_reply", "", "", "", "", none},
		"delta of another type":    {[]string{created, `{"type":"response.output_text.delta","delta":7}`}, "malformed_reply", "", "", "", "", none},
		"negative item":            {[]string{created, `{"type":"response.output_text.delta","output_index":-1,"delta":"x"}`}, "malformed_reply", "", "", "", "", none},
		"absurd item":              {[]string{created, `{"type":"response.output_text.delta","output_index":999999999,"delta":"x"}`}, "malformed_reply", "", "", "", "", none},
		"absurd text":              {[]string{created, `{"type":"response.output_text.delta","content_index":999999999,"delta":"x"}`}, "malformed_reply", "", "", "", "", none},
		"no item":                  {[]string{created, `{"type":"response.output_item.done","output_index":0}`}, "malformed_reply", "", "", "", "", none},
		"no response":              {[]string{created, `{"type":"response.completed"}`}, "malformed_reply", "", "", "", "", none},
		"response of another type": {[]string{`{"type":"response.created","response":[]}`}, "malformed_reply", "", "", "", "", none},
		"not finished":             {[]string{created, end("completed", `"status":"queued"`)}, "malformed_reply", "", "", "", "", none},
		"failed":                   {[]string{created, hiDelta, end("failed", `"status":"failed","error":{"code":"server_error","message":"m"},"usage":`+twoTokens)}, "server_error", "server_error", "", "", "", reported},
		"failed, rate":             {[]string{created, end("failed", `"status":"failed","error":{"code":"rate_limit_exceeded"}`)}, "rate_limited", "rate_limit_exceeded", "", "", "", none},
		"failed, flagged":          {[]string{created, end("failed", `"status":"failed","error":{"code":"invalid_prompt"}`)}, "content_filtered", "invalid_prompt", "", "", "", none},
		"failed, no reason":        {[]string{created, end("failed", `"status":"failed","error":null`)}, "_OTHER", "failed", "", "", "", none},
		"failed, by event alone":   {[]string{created, end("failed", `"error":{"code":"server_error"}`)}, "server_error", "server_error", "", "", "", none},
		"cancelled":                {[]string{created, end("completed", `"status":"cancelled"`)}, "_OTHER", "cancelled", "", "", "", none},
		"error":                    {[]string{created, hiDelta, `{"type":"error","code":"server_is_overloaded","message":"m","param":null}`}, "overloaded", "server_is_overloaded", "", "", "", none},
		"error, nested":            {[]string{created, `{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded"}}`}, "context_length_exceeded", "context_length_exceeded", "", "", "", none},
		"error, type only":         {[]string{created, `{"type":"error","error":{"type":"invalid_request_error","code":null}}`}, "invalid_request", "invalid_request_error", "", "", "", none},
		"error without type":       {[]string{created, `{"error":{"code":429,"message":"m"}}`}, "rate_limited", "429", "", "", "", none},
		"error, null among fields": {[]string{created, `{"error":null}`, hiDelta, completed}, "", "", "stop", "completed", "Hi", reported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events), openai.WithResponsesAPI()).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err != nil {
				var e *providers.Error
				if !as(err, &e) || e.Usage != c.usage || e.Code != c.code {
					t.Errorf("code %q, usage %+v; want %q, %+v", e.Code, e.Usage, c.code, c.usage)
				}
				return
			}
			if r.FinishReason() != c.finish || r.Choices[0].RawFinishReason != c.raw || r.Usage != c.usage || r.Text() != c.text {
				t.Errorf("finish %q (%q), usage %+v, text %q", r.FinishReason(), r.Choices[0].RawFinishReason, r.Usage, r.Text())
			}
		})
	}
}

func TestResponsesStreamCalls(t *testing.T) {
	call := `{"id":"fc","type":"function_call","call_id":"a","name":"f","arguments":"{\"x\":1}"}`
	end := `{"type":"response.completed","response":{"id":"r","status":"completed","output":[` + call + `]}}`
	delta := func(s string) string {
		return fmt.Sprintf(`{"type":"response.function_call_arguments.delta","output_index":0,"delta":%q}`, s)
	}
	added := `{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"f","arguments":""}}`
	for name, pieces := range map[string][]string{
		"pieces":             {created, added, delta(`{"x"`), delta(`:1}`), end},
		"whole":              {created, end},
		"last piece missing": {created, added, delta(`{"x"`), end},
		"name at the end":    {created, delta(`{"x"`), delta(`:1}`), end},
		"end without output": {created, added, delta(`{"x":1}`), `{"type":"response.output_item.done","output_index":0,"item":` + call + `}`, `{"type":"response.completed","response":{"id":"r","status":"completed"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(pieces), openai.WithResponsesAPI()).Stream(t.Context(), hello()))
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%s %+v", r.FinishReason(), r.ToolCalls())
			if got != `tool_call [{ID:a Name:f Arguments:{"x":1} Signature:[] Cache:<nil>}]` {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestResponsesStreamThinking(t *testing.T) {
	summary := `{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"Sum."}`
	content := func(i int, s string) string {
		return fmt.Sprintf(`{"type":"response.reasoning_text.delta","output_index":0,"content_index":%d,"delta":%q}`, i, s)
	}
	item := func(fields string) string {
		return `{"type":"response.completed","response":{"id":"r","status":"completed","output":[{"id":"rs","type":"reasoning",` + fields + `}]}}`
	}
	texts := `"summary":[],"content":[{"type":"reasoning_text","text":"Hm."},{"type":"reasoning_text","text":"So."}]`
	for name, c := range map[string]struct {
		events []string
		want   []string
	}{
		"thinking itself":     {[]string{created, content(0, "Hm"), content(0, "."), content(1, "So."), item(texts)}, []string{"Hm.", "So."}},
		"at its end alone":    {[]string{created, item(texts)}, []string{"Hm.", "So."}},
		"nothing to read":     {[]string{created, item(`"summary":[]`)}, []string{""}},
		"summary is first":    {[]string{created, summary, content(0, "Hm."), item(`"summary":[{"type":"summary_text","text":"Sum."}],"content":[{"type":"reasoning_text","text":"Hm."}]`)}, []string{"Sum."}},
		"both, without delta": {[]string{created, item(`"summary":[{"type":"summary_text","text":"Sum."}],"content":[{"type":"reasoning_text","text":"Hm."}]`)}, []string{"Sum."}},
		"end without output":  {[]string{created, content(0, "Hm."), `{"type":"response.output_item.done","output_index":0,"item":{"id":"rs","type":"reasoning"}}`, `{"type":"response.completed","response":{"id":"r","status":"completed"}}`}, []string{"Hm."}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events), openai.WithResponsesAPI()).Stream(t.Context(), hello()))
			if err != nil {
				t.Fatal(err)
			}
			var want []providers.Part
			for _, text := range c.want {
				want = append(want, providers.Reasoning{Provider: "openai", ID: "rs", Text: text})
			}
			if got := r.Message().Parts; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestResponsesStreamPhase(t *testing.T) {
	message := func(phase, content string) string {
		return `{"id":"m","type":"message","role":"assistant",` + phase + `"content":[` + content + `]}`
	}
	added := func(phase string) string {
		return `{"type":"response.output_item.added","output_index":0,"item":` + message(phase, "") + `}`
	}
	end := func(phase string) string {
		return `{"type":"response.completed","response":{"id":"r","status":"completed","output":[` + message(phase, `{"type":"output_text","text":"Hello."}`) + `]}}`
	}
	const commentary, piece = `"phase":"commentary",`, `{"type":"response.output_text.delta","output_index":0,"delta":"Hello."}`
	for name, c := range map[string]struct {
		events []string
		want   string
	}{
		"from the start":   {[]string{created, added(commentary), piece, end(commentary)}, "commentary"},
		"at the end alone": {[]string{created, added(""), piece, end(commentary)}, "commentary"},
		"the start alone":  {[]string{created, added(commentary), piece, end("")}, "commentary"},
		"without pieces":   {[]string{created, end(commentary)}, "commentary"},
		"null":             {[]string{created, added(`"phase":null,`), piece, end(`"phase":null,`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events), openai.WithResponsesAPI()).Stream(t.Context(), hello()))
			if err != nil {
				t.Fatal(err)
			}
			want := []providers.Part{providers.Text{Text: "Hello.", Phase: c.want}}
			if got := r.Message().Parts; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestResponsesBodies(t *testing.T) {
	cases := map[string]struct {
		body string
		kind providers.Kind
		code string
	}{
		"failed":             {`{"id":"r","status":"failed","error":{"code":"server_error","message":"m"},"output":[]}`, providers.KindServerError, "server_error"},
		"cancelled":          {`{"id":"r","status":"cancelled","error":null,"output":[]}`, providers.KindUnknown, "cancelled"},
		"not finished":       {`{"id":"r","status":"in_progress","output":[]}`, providers.KindMalformed, ""},
		"error of a gateway": {`{"error":{"code":429,"message":"m"}}`, providers.KindRateLimited, "429"},
		"of chat":            {`{"id":"c","choices":[{"index":0}]}`, providers.KindMalformed, ""},
		"empty object":       {`{}`, providers.KindMalformed, ""},
		"list":               {`[]`, providers.KindMalformed, ""},
		"page":               {`<html>`, providers.KindMalformed, ""},
		"nothing":            {``, providers.KindMalformed, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := replay(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "req_9")
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, c.body)
			}, openai.WithResponsesAPI())
			for how, call := range map[string]func(context.Context, *providers.Request) (*providers.Response, error){
				"unary": p.Generate,
				"streamed": func(ctx context.Context, req *providers.Request) (*providers.Response, error) {
					return providers.Collect(p.Stream(ctx, req))
				},
			} {
				_, err := call(t.Context(), hello())
				var e *providers.Error
				if !as(err, &e) {
					t.Fatalf("%s: got %v", how, err)
				}
				if how == "streamed" && name == "cancelled" { // no code, so it is only no stream
					continue
				}
				if e.Kind != c.kind || e.Code != c.code || e.RequestID != "req_9" || e.StatusCode != 200 {
					t.Errorf("%s: got %+v", how, e)
				}
			}
		})
	}
}
