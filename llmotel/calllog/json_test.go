package calllog_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// entryOf reads a line back strictly.
func entryOf(t testing.TB, line []byte) *calllog.Entry {
	t.Helper()
	if !json.Valid(line) || bytes.Count(line, []byte("\n")) != 1 || line[len(line)-1] != '\n' {
		t.Fatalf("not one line of JSON: %q", line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	e := new(calllog.Entry)
	if err := d.Decode(e); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return e
}

func TestFullRecord(t *testing.T) {
	e := entryOf(t, calllog.AppendLine(nil, full()))
	tokens := calllog.Tokens{
		Usage: "reported", Input: new(int64(2)), Output: new(int64(3)), Total: new(int64(5)), CacheRead: new(int64(5)), CacheWrite: new(int64(9)), CacheWrite1h: new(int64(3)),
		Reasoning: new(int64(17)), TextInput: new(int64(33)), TextOutput: new(int64(65)), TextCacheRead: new(int64(129)),
		AudioInput: new(int64(257)), AudioOutput: new(int64(513)), AudioCacheRead: new(int64(1025)),
		ImageInput: new(int64(2049)), ImageOutput: new(int64(4097)), ImageCacheRead: new(int64(8193)),
	}
	cost := calllog.Cost{USD: new(0.00123456789), Partial: true, PriceID: "anthropic/claude-sonnet-5@2026-01-01"}
	start := time.Date(2026, 3, 1, 11, 0, 0, 123456789, time.UTC)
	want := &calllog.Entry{
		Schema: "llmotel.calllog/2", Timestamp: start, CallID: "0197e1",
		TraceID: "0102030405060708090a0b0c0d0e0f10", SpanID: "0102030405060708", Sampled: true,
		Operation: "chat", Stream: true, Provider: "anthropic", Model: "claude-sonnet-5", ResponseModel: "claude-sonnet-5-20260101", Target: "backup",
		RequestID: "req_1", ResponseID: "msg_1", ServiceTier: "standard", LatencyMS: 1500.25, TTFCMS: 250, Chunks: 12,
		Outcome:    calllog.Outcome{ErrorKind: "overloaded", ErrorMessage: "anthropic: overloaded (HTTP 529)"},
		StatusCode: 529, ErrorCode: "overloaded_error", FinishReasons: []string{"stop", "length"},
		Degraded: true, Tokens: tokens, Cost: cost, Attempts: 3, BreakerState: "half_open",
		BreakerChanges: []calllog.BreakerChange{
			{Target: "primary", Model: "gpt-5.2", Key: "team", From: "closed", To: "open", Reason: "consecutive_failures"},
			{Target: "backup", From: "open", To: "half_open", Reason: "delay_elapsed"},
		},
		Visits: []calllog.Visit{
			{
				Target: "primary", Provider: "openai", Model: "gpt-5.2", ResponseModel: "gpt-5.2-2026", RequestID: "req_0", SpanID: "0900000000000000",
				Timestamp: start, LatencyMS: 400, TTFCMS: 1, Outcome: calllog.Outcome{ErrorKind: "timeout", ErrorMessage: "openai: timeout"},
				Tokens: tokens, Cost: cost, Attempts: 2,
			},
			{
				Target: "backup", Provider: "anthropic", Model: "claude-sonnet-5", Timestamp: start, LatencyMS: 1000, Outcome: calllog.Outcome{Success: true},
				Tokens: calllog.Tokens{Usage: "missing"}, Cost: calllog.Cost{Unpriced: true}, Attempts: 1,
			},
		},
		Skips:       []calllog.Skip{{Target: "third", Reason: "breaker_open"}},
		PromptChars: 4000, ResponseChars: 900,
		Attribution: &calllog.Attribution{
			Feature: "search", FeatureVersion: "2", Prompt: "rank", PromptVersion: "7", Experiment: "exp", Variant: "b",
			Conversation: "c1", User: "u1", Session: "s1", Tenant: "t1",
		},
	}
	if !reflect.DeepEqual(e, want) {
		got, _ := json.MarshalIndent(e, "", " ")
		expected, _ := json.MarshalIndent(want, "", " ")
		t.Errorf("got\n%s\nwant\n%s", got, expected)
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	line := string(calllog.AppendLine(nil, &llmotel.Record{Attempts: 1}))
	if !strings.Contains(line, `"cost_usd":null,"unpriced":true`) || strings.Contains(line, "tokens") || !strings.Contains(line, `"usage":"missing"`) {
		t.Error(line)
	}
	free := string(calllog.AppendLine(nil, &llmotel.Record{Cost: pricing.Cost{Priced: true, Currency: "USD"}}))
	if !strings.Contains(free, `"cost_usd":0,`) || strings.Contains(free, "unpriced") {
		t.Error(free)
	}
	euro := string(calllog.AppendLine(nil, &llmotel.Record{Cost: pricing.Cost{Priced: true, Currency: "EUR", Amount: -1}}))
	if !strings.Contains(euro, `"cost_usd":null,"cost_amount":-0.000000000001,"cost_currency":"EUR"`) {
		t.Error(euro)
	}
}

func TestAbandonedIsNoSuccess(t *testing.T) {
	r := &llmotel.Record{Abandoned: true, Visits: []llmotel.Visit{{Target: "a", ErrorKind: providers.KindTimeout}, {Target: "b"}}}
	line := calllog.AppendLine(nil, r)
	e := entryOf(t, line)
	if e.Success || !e.Abandoned || e.Visits[0].Abandoned || e.Visits[0].Success || !e.Visits[1].Abandoned || e.Visits[1].Success {
		t.Errorf("%s", line)
	}
	checkAgainstSchema(t, line)
}

func TestNestedListsAndStringsAreBounded(t *testing.T) {
	long := strings.Repeat("\x00", 1<<20)
	r := &llmotel.Record{CallID: long, Provider: strings.Repeat("é", 1<<20), Visits: make([]llmotel.Visit, 1000), Skips: make([]llmotel.Skip, 1000)}
	for i := range r.Visits {
		r.Visits[i] = llmotel.Visit{Target: long, Provider: long, RequestModel: long, ResponseModel: long, RequestID: long, ErrorMessage: long}
	}
	line := calllog.AppendLine(nil, r)
	e := entryOf(t, line)
	if len(line) > calllog.MaxLine || len(e.Visits) != calllog.MaxNested || len(e.Skips) != calllog.MaxNested {
		t.Errorf("%d bytes, %d visits, %d skips", len(line), len(e.Visits), len(e.Skips))
	}
	if !utf8.ValidString(e.Provider) || strings.Contains(e.Provider, "\ufffd") || !strings.HasSuffix(e.Provider, "…") {
		t.Errorf("cut within a character: %q", e.Provider[len(e.Provider)-10:])
	}
}

// FuzzString holds appendString to encoding/json.
func FuzzString(f *testing.F) {
	for _, s := range []string{
		"", "plain", `quote " and \`, "\x00\x1f\x7f\n\r\t\b", "\xff\xfe", "é\u2028\u2029\u0085", "\xed\xa0\x80", "😀", "a\xc3",
		strings.Repeat("x", calllog.MaxString-1) + "é", strings.Repeat("\xff", calllog.MaxString+5), "<script>&",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := calllog.AppendString(nil, s)
		var back string
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%v: %q from %q", err, got, s)
		}
		if slices.ContainsFunc(got, func(c byte) bool { return c < ' ' }) || !utf8.Valid(got) {
			t.Errorf("raw control character or broken UTF-8 in %q", got)
		}
		want := jsonRoundTrip(t, s)
		if len(s) <= calllog.MaxString {
			if back != want {
				t.Errorf("%q reads back as %q, by encoding/json as %q", s, back, want)
			}
			return
		}
		if cut, ok := strings.CutSuffix(back, "…"); !ok || !strings.HasPrefix(want, cut) || len(cut) > 3*calllog.MaxString {
			t.Errorf("cut to %q", back)
		}
	})
}

func jsonRoundTrip(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out string
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// FuzzLine writes records of arbitrary content and reads them back.
func FuzzLine(f *testing.F) {
	f.Add("id", "openai", "gpt-5.2", "boom", "user", int64(1_000_000), int64(1e12), int64(5), int64(0), uint8(3), uint16(3), true)
	f.Add("\n\x00\"", "\xff", "\u2028", "Bearer abcdefgh", "é", int64(-1), int64(-5), int64(-1<<63), int64(1<<62), uint8(0), uint16(0xffff), false)
	f.Fuzz(func(t *testing.T, id, provider, model, message, user string, duration, amount, tokens, unix int64, attempts uint8, reported uint16, priced bool) {
		r := &llmotel.Record{
			CallID: id, Provider: provider, RequestModel: model, ErrorKind: providers.Kind(message), ErrorMessage: message,
			Start: time.Unix(unix, tokens), Duration: time.Duration(duration), TimeToFirstChunk: time.Duration(tokens), Attempts: int(attempts),
			Usage:         providers.Usage{Completeness: providers.Completeness(attempts), Reported: providers.TokenClass(reported), Input: tokens, Output: duration, CacheWrite1h: amount},
			Cost:          pricing.Cost{Amount: pricing.Amount(amount), Priced: priced, Currency: user},
			FinishReasons: []providers.FinishReason{providers.FinishReason(model)},
			Visits:        []llmotel.Visit{{Target: id, ErrorMessage: message, Start: time.Unix(tokens, 0)}},
			Skips:         []llmotel.Skip{{Target: user, Reason: message}},
			Attribution:   llmotel.Attribution{User: user},
		}
		line := calllog.AppendLine(nil, r)
		e := entryOf(t, line)
		if len(id) <= calllog.MaxString && e.CallID != jsonRoundTrip(t, id) {
			t.Errorf("call id %q, want %q", e.CallID, id)
		}
		if e.Attempts != int(attempts) || len(e.Visits) != 1 || len(e.Skips) != 1 || (e.USD == nil && e.Amount == nil) == priced {
			t.Errorf("%s", line)
		}
		reader := calllog.NewReader(bytes.NewReader(line))
		if len(readAll(t, reader)) != 1 || reader.BadCount() != 0 {
			t.Errorf("the reader does not take %s: %v", line, reader.Bad())
		}
		checkAgainstSchema(t, line)
	})
}
