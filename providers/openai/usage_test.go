package openai_test

import (
	"slices"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

func TestUsage(t *testing.T) {
	const both = providers.ClassInput | providers.ClassOutput
	cases := map[string]struct {
		raw  string
		want providers.Usage
	}{
		"missing": {``, providers.Usage{}},
		"null":    {`null`, providers.Usage{}},
		"empty":   {`{}`, providers.Usage{}},
		"zeros are reported": {
			`{"prompt_tokens":3,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":0}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 3},
		},
		"null details": {
			`{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 3, Output: 2},
		},
		"odd details": {
			`{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":"none"}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 3, Output: 2},
		},
		"floats": {
			`{"prompt_tokens":3.0,"completion_tokens":2e0}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 3, Output: 2},
		},
		"xai counts reasoning beside": {
			`{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 32, Output: 103, Reasoning: 94},
		},
		"reasoning within": {
			`{"prompt_tokens":32,"completion_tokens":103,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 32, Output: 103, Reasoning: 94},
		},
		"deepseek's cache": {
			`{"prompt_tokens":20,"completion_tokens":1,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":4}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 20, Output: 1, CacheRead: 16},
		},
		"deepseek names its cache twice": {
			`{"prompt_tokens":20,"completion_tokens":1,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":4,"prompt_tokens_details":{"cached_tokens":16}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 20, Output: 1, CacheRead: 16},
		},
		"mistral's cache": {
			`{"prompt_tokens":20,"completion_tokens":1,"total_tokens":21,"num_cached_tokens":12}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 20, Output: 1, CacheRead: 12},
		},
		"openrouter's cost beside": {
			`{"prompt_tokens":20,"completion_tokens":8,"total_tokens":28,"cost":0.0012,"is_byok":false,"cost_details":{"upstream_inference_cost":null},"completion_tokens_details":{"reasoning_tokens":5}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 20, Output: 8, Reasoning: 5},
		},
		"groq's times beside": {
			`{"queue_time":0.03,"prompt_tokens":11,"prompt_time":0.001,"completion_tokens":8,"completion_time":0.01,"total_tokens":19,"total_time":0.02}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 11, Output: 8},
		},
		"xai without a total": {
			`{"prompt_tokens":32,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":5}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 32, Output: 9, Reasoning: 5},
		},
		"responses": {
			`{"input_tokens":30,"input_tokens_details":{"cached_tokens":10,"cache_write_tokens":5},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":8},"total_tokens":50}`,
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead | providers.ClassCacheWrite | providers.ClassReasoning,
				Input: 30, Output: 20, CacheRead: 10, CacheWrite: 5, Reasoning: 8,
			},
		},
		"responses, reasoning beside": {
			`{"input_tokens":30,"output_tokens":20,"output_tokens_details":{"reasoning_tokens":8},"total_tokens":58}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 30, Output: 28, Reasoning: 8},
		},
		"both names": {
			`{"prompt_tokens":30,"completion_tokens":20,"input_tokens":0,"output_tokens":0,"input_tokens_details":{"cached_tokens":4}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 30, Output: 20, CacheRead: 4},
		},
		"impossible subset alone is given up": { // recorded at OpenRouter: reasoning 11 of 10
			`{"prompt_tokens":20,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":11}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 20, Output: 10, CacheRead: 5},
		},
		"more cached than input": {
			`{"prompt_tokens":20,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":21,"cache_write_tokens":1}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheWrite, Input: 20, Output: 10, CacheWrite: 1},
		},
		"subsets too large together": {
			`{"prompt_tokens":20,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":15,"cache_write_tokens":15}}`,
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 20, Output: 10},
		},
		"negative": {`{"prompt_tokens":-1,"completion_tokens":10}`, providers.Usage{}},
		"absurd":   {`{"prompt_tokens":9000000000000000000,"completion_tokens":9000000000000000000}`, providers.Usage{}},
		"no json":  {`{"prompt_tokens":`, providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := openai.Ledger(c.raw); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func FuzzUsage(f *testing.F) {
	f.Add(`{"prompt_tokens":2000,"completion_tokens":120,"total_tokens":2120,"prompt_tokens_details":{"cached_tokens":1024}}`)
	f.Add(`{"prompt_tokens":1,"completion_tokens":9223372036854775807,"total_tokens":1,"completion_tokens_details":{"reasoning_tokens":9223372036854775807}}`)
	f.Add(`{"input_tokens":2000,"input_tokens_details":{"cached_tokens":1024},"output_tokens":120,"total_tokens":2120}`)
	f.Add(`{"prompt_tokens":"3","completion_tokens":1e300}`)
	f.Fuzz(func(t *testing.T, raw string) {
		u := openai.Ledger(raw)
		if err := u.Validate(); err != nil {
			t.Error(err)
		}
		if u.Completeness == providers.UsageMissing && u != (providers.Usage{}) {
			t.Errorf("missing usage has counts: %+v", u)
		}
	})
}

func FuzzError(f *testing.F) {
	f.Add(429, []byte(`{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}`))
	f.Add(400, []byte(`{"error":{"code":429,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`))
	f.Add(200, []byte(`{"object":"error","type":"x","code":"1300"}`))
	f.Add(503, []byte(`"overloaded"`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if kind, _ := openai.ErrorOf(status, body); !slices.Contains(providers.Kinds(), providers.Kind(kind)) {
			t.Errorf("kind %q", kind)
		}
	})
}
