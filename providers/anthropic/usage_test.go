package anthropic_test

import (
	"slices"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
)

func TestUsage(t *testing.T) {
	const both = providers.ClassInput | providers.ClassOutput
	cases := map[string]struct {
		raw  []string
		want providers.Usage
	}{
		"missing": {nil, providers.Usage{}},
		"null":    {[]string{`null`}, providers.Usage{}},
		"plain": {
			[]string{`{"input_tokens":17,"output_tokens":220}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 17, Output: 220},
		},
		"null counts": {
			[]string{`{"input_tokens":17,"output_tokens":220,"cache_read_input_tokens":null,"cache_creation":null}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 17, Output: 220},
		},
		"lifetimes alone": {
			[]string{`{"input_tokens":1,"output_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}`},
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheWrite,
				Input: 8, Output: 2, CacheWrite: 7, CacheWrite1h: 4,
			},
		},
		"later replaces": {
			[]string{`{"input_tokens":3,"cache_read_input_tokens":1111,"cache_creation_input_tokens":418,"output_tokens":1}`, `{"output_tokens":33}`, `{"output_tokens":35}`},
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead | providers.ClassCacheWrite,
				Input: 1532, Output: 35, CacheRead: 1111, CacheWrite: 418,
			},
		},
		// The message's own iterations are in its counts, the advisor's are another model's.
		"compactions": {
			[]string{
				`{"input_tokens":4,"output_tokens":1,"iterations":[{"type":"compaction","input_tokens":100,"output_tokens":7}]}`,
				`{"output_tokens":1,"iterations":[{"type":"compaction","input_tokens":180000,"cache_read_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":30},"output_tokens":3500},` +
					`{"type":"message","input_tokens":4,"output_tokens":1},{"type":"advisor_message","input_tokens":9000,"output_tokens":900},` +
					`{"type":"compaction","input_tokens":20000,"output_tokens":500}]}`,
				`{"output_tokens":1}`,
			},
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead | providers.ClassCacheWrite,
				Input: 200344, Output: 4001, CacheRead: 300, CacheWrite: 40, CacheWrite1h: 30,
			},
		},
		"a compaction alone":    {[]string{`{"iterations":[{"type":"compaction","input_tokens":5,"output_tokens":7}]}`}, providers.Usage{}},
		"no iterations":         {[]string{`{"input_tokens":4,"output_tokens":1,"iterations":null}`}, providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 4, Output: 1}},
		"impossible compaction": {[]string{`{"input_tokens":4,"output_tokens":1,"iterations":[{"type":"compaction","input_tokens":-5}]}`}, providers.Usage{}},
		"impossible subset alone is given up": {
			[]string{`{"input_tokens":3,"output_tokens":5,"output_tokens_details":{"thinking_tokens":6}}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 3, Output: 5},
		},
		"negative": {[]string{`{"input_tokens":3,"output_tokens":5,"cache_read_input_tokens":-3}`}, providers.Usage{}},
		"absurd":   {[]string{`{"input_tokens":9223372036854775807,"output_tokens":5,"cache_read_input_tokens":9223372036854775807}`}, providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := anthropic.Ledger(c.raw...); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func FuzzUsage(f *testing.F) {
	f.Add(`{"input_tokens":3,"cache_read_input_tokens":1111,"cache_creation_input_tokens":418,"output_tokens":1}`, `{"output_tokens":33}`)
	f.Add(`{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":4}}`, `{"cache_creation_input_tokens":0}`)
	f.Add(`{"input_tokens":1,"output_tokens":2,"iterations":[{"type":"compaction","input_tokens":1099511627776,"cache_read_input_tokens":3}]}`, `{"iterations":[{}]}`)
	f.Add(`{"input_tokens":1099511627776,"output_tokens":1}`, `{"cache_read_input_tokens":1099511627776}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		u := anthropic.Ledger(first, second)
		if err := u.Validate(); err != nil {
			t.Error(err)
		}
		if u.Completeness == providers.UsageMissing && u != (providers.Usage{}) {
			t.Errorf("missing usage has counts: %+v", u)
		}
	})
}

func FuzzError(f *testing.F) {
	f.Add(529, []byte(`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`))
	f.Add(429, []byte(`{"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}}`))
	f.Add(413, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if kind := anthropic.ErrorOf(status, body); !slices.Contains(providers.Kinds(), kind) {
			t.Errorf("kind %q", kind)
		}
	})
}
