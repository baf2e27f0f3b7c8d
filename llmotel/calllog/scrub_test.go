package calllog_test

import (
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

func TestScrub(t *testing.T) {
	cases := map[string]string{
		"openai gpt-5.2: overloaded (HTTP 529, code overloaded_error, request req_011CZ)": "openai gpt-5.2: overloaded (HTTP 529, code overloaded_error, request req_011CZ)",
		"wrong key sk-proj-abcDEF0123456789":                                              "wrong key [redacted]",
		"sk-ant-api03-AAAA_bbbb-cccc: denied":                                             "[redacted]: denied",
		"key AIzaSyA-1234567890abcdef.":                                                   "key [redacted]",
		"Authorization: Bearer abc.def.ghi123, retry":                                     "Authorization: [redacted], retry",
		"BEARER abcdefghij":                                                               "[redacted]",
		"GET /v1?key=abcdefgh12345&alt=sse":                                               "GET /v1?[redacted]&alt=sse",
		`header "x-api-key: 0123456789abcdef"`:                                            `header "[redacted]"`,
		"AKIAIOSFODNN7EXAMPLE is not authorized":                                          "[redacted] is not authorized",
		"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc_d":                                   "token [redacted]",
		"task-based risk-assessment in asia-northeast1":                                   "task-based risk-assessment in asia-northeast1",
		"İİ sk-abcdefghijkl \xff\xfe":                                                     "İİ [redacted] \xff\xfe",
		"sk-":                                                                             "sk-",
		"":                                                                                "",
	}
	for in, want := range cases {
		if got := calllog.Scrub(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestMessagesOfCallsAndVisitsAreScrubbed(t *testing.T) {
	const key = "sk-proj-0123456789abcdef"
	line := string(calllog.AppendLine(nil, &llmotel.Record{
		ErrorMessage: "bad key " + key, Visits: []llmotel.Visit{{ErrorMessage: "bad key " + key}},
	}))
	if strings.Contains(line, key) || strings.Count(line, "[redacted]") != 2 {
		t.Error(line)
	}
}

// Vendors' ids and codes are kept only if they are ids and codes.
func TestIDsAndCodesAreCleaned(t *testing.T) {
	const key = "sk-proj-0123456789abcdef"
	r := &llmotel.Record{
		ErrorCode: "Incorrect API key provided: " + key, RequestID: key, ResponseID: "resp/" + key,
		Visits: []llmotel.Visit{{RequestID: key}, {RequestID: strings.Repeat("x", 101)}, {RequestID: "req_2"}},
	}
	e := entryOf(t, calllog.AppendLine(nil, r))
	if e.ErrorCode != "" || e.RequestID != "" || e.ResponseID != "" || e.Visits[0].RequestID != "" || e.Visits[1].RequestID != "" {
		t.Errorf("%+v", e)
	}
	r.ErrorCode, r.RequestID, r.ResponseID = "invalid_api_key", "req_1", "chatcmpl-1"
	e = entryOf(t, calllog.AppendLine(nil, r))
	if e.ErrorCode != "invalid_api_key" || e.RequestID != "req_1" || e.ResponseID != "chatcmpl-1" || e.Visits[2].RequestID != "req_2" {
		t.Errorf("%+v", e)
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("Bearer abcdefghijklmnop")
	f.Add("authorization: \"")
	f.Add("İ\xff sk-abcdefgh")
	f.Fuzz(func(t *testing.T, s string) {
		if once := calllog.Scrub(s); calllog.Scrub(once) != once {
			t.Errorf("%q becomes %q and then %q", s, once, calllog.Scrub(once))
		}
		const key = "sk-0123456789abcdef"
		if strings.Contains(calllog.Scrub(s+" "+key), key) {
			t.Errorf("the key after %q stays", s)
		}
	})
}
