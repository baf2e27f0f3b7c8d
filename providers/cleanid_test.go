package providers_test

import (
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

func TestCleanID(t *testing.T) {
	kept := []string{
		"", "context_length_exceeded", "429", "invalid_api_key", "bearer_token_missing", "hf_model_loading", "asia-northeast1",
		"risk-assessment-7", "task-0123456789", "com.amazon/ThrottlingException:http", "models/gemini-3@001+x",
		"req_011CZ4x6mBUcsfjUVPHCXtqv", "chatcmpl-CdJbT7Wt9rBLxVxwwfEm5x6tGgIcu", "msg_01XFDUDYJgAACzvnptvVoYEL",
		"resp_0b9f0d2f5bdc8f0000690b1a2c3d4e81a2b3c4d5e6f7081920", "3f9a6c1e-0c2b-4c3a-9a3a-0d1e2f3a4b5c", strings.Repeat("x", 100),
	}
	for _, s := range kept {
		if got := providers.CleanID(s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
	dropped := []string{
		"Incorrect API key provided: sk-proj-abcdef0123456789", "a b", "a\tb", "a\nb", "a\u00a0b", "a\u2028b", "a\x00b", "a\u0085b",
		strings.Repeat("x", 101), "https://api.example.com/v1?key=abc", "sk-proj-abcdefghijkl", "key:sk-ant-api03-AAAA",
		"code=sk-0123456789", "AIzaSyA-1234567890abcdef", "models/AIzaSyA1234567890", "AKIAIOSFODNN7EXAMPLE", "Bearer:abc123def456",
		"gsk_0123456789abcdef", "xai-0123456789", "hf_0123456789", "eyJhbGciOiJIUzI1NiJ9.x", "sk-\xff\xff\xff\xff\xff\xff\xff\xff",
	}
	for _, s := range dropped {
		if got := providers.CleanID(s); got != "" {
			t.Errorf("%q becomes %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"a=\"b\"": "a__b_", "Fehler_ü": "Fehler__", "a\xffb": "a_b", "coral#Throttling": "coral_Throttling", "id==": "id__",
	} {
		if got := providers.CleanID(s); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
}

func TestCleanIDAllocatesNothing(t *testing.T) {
	for _, s := range []string{"chatcmpl-CdJbT7Wt9rBLxVxwwfEm5x6tGgIcu", "Incorrect API key", "sk-0123456789"} {
		if n := testing.AllocsPerRun(100, func() { providers.CleanID(s) }); n != 0 {
			t.Errorf("%q: %v allocations", s, n)
		}
	}
}

func FuzzCleanID(f *testing.F) {
	f.Add("req_011CZ")
	f.Add("é sk-\xff")
	f.Fuzz(func(t *testing.T, s string) {
		once := providers.CleanID(s)
		if len(once) > 100 || strings.ContainsAny(once, " \t\r\n?=\"'<>{}") || providers.CleanID(once) != once {
			t.Errorf("%q becomes %q", s, once)
		}
		if got := providers.CleanID(s + "/sk-0123456789abcdef"); got != "" {
			t.Errorf("the key after %q stays: %q", s, got)
		}
	})
}

func BenchmarkCleanID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		providers.CleanID("chatcmpl-CdJbT7Wt9rBLxVxwwfEm5x6tGgIcu")
	}
}
