package bedrock_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
)

func TestUsage(t *testing.T) {
	const both = providers.ClassInput | providers.ClassOutput
	cases := map[string]struct {
		raw  *types.TokenUsage
		want providers.Usage
	}{
		"missing": {nil, providers.Usage{}},
		"empty":   {&types.TokenUsage{}, providers.Usage{}},
		"plain": {
			&types.TokenUsage{InputTokens: aws.Int32(17), OutputTokens: aws.Int32(220)},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 17, Output: 220},
		},
		"input is without the cache": {
			&types.TokenUsage{
				InputTokens: aws.Int32(2), OutputTokens: aws.Int32(5),
				CacheReadInputTokens: aws.Int32(0), CacheWriteInputTokens: aws.Int32(1322),
				CacheDetails: []types.CacheDetail{
					{InputTokens: aws.Int32(322), Ttl: types.CacheTTLFiveMinutes},
					{InputTokens: aws.Int32(1000), Ttl: types.CacheTTLOneHour},
				},
			},
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead | providers.ClassCacheWrite,
				Input: 1324, Output: 5, CacheWrite: 1322, CacheWrite1h: 1000,
			},
		},
		"details alone": {
			&types.TokenUsage{
				InputTokens: aws.Int32(1), OutputTokens: aws.Int32(2),
				CacheDetails: []types.CacheDetail{{InputTokens: aws.Int32(3), Ttl: types.CacheTTLFiveMinutes}},
			},
			providers.Usage{
				Completeness: providers.UsageReported, Reported: both | providers.ClassCacheWrite,
				Input: 4, Output: 2, CacheWrite: 3,
			},
		},
		"impossible details": {
			&types.TokenUsage{
				InputTokens: aws.Int32(1), OutputTokens: aws.Int32(2), CacheWriteInputTokens: aws.Int32(3),
				CacheDetails: []types.CacheDetail{{InputTokens: aws.Int32(4), Ttl: types.CacheTTLOneHour}},
			},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 4, Output: 2},
		},
		"negative":        {&types.TokenUsage{InputTokens: aws.Int32(3), OutputTokens: aws.Int32(5), CacheReadInputTokens: aws.Int32(-3)}, providers.Usage{}},
		"negative detail": {&types.TokenUsage{InputTokens: aws.Int32(3), CacheDetails: []types.CacheDetail{{InputTokens: aws.Int32(-1)}}}, providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, bedrock.Ledger(c.raw)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func FuzzUsage(f *testing.F) {
	f.Add(int32(2), int32(5), int32(0), int32(1322), int32(1000), uint8(0xff))
	f.Add(int32(2147483647), int32(2147483647), int32(2147483647), int32(2147483647), int32(2147483647), uint8(0xff))
	f.Add(int32(-1), int32(0), int32(1), int32(0), int32(3), uint8(0x13))
	f.Fuzz(func(t *testing.T, in, out, read, write, hour int32, present uint8) {
		field := func(bit int, n int32) *int32 {
			if present&(1<<bit) == 0 {
				return nil
			}
			return &n
		}
		u := bedrock.Ledger(&types.TokenUsage{
			InputTokens: field(0, in), OutputTokens: field(1, out), CacheReadInputTokens: field(2, read), CacheWriteInputTokens: field(3, write),
			CacheDetails: []types.CacheDetail{{InputTokens: field(4, hour), Ttl: types.CacheTTLOneHour}},
		})
		if err := u.Validate(); err != nil {
			t.Error(err)
		}
		if u.Completeness == providers.UsageMissing && u != (providers.Usage{}) {
			t.Errorf("missing usage has counts: %+v", u)
		}
	})
}

func FuzzError(f *testing.F) {
	f.Add(429, "ThrottlingException", "Too many requests")
	f.Add(400, "validationException", "The model returned the following errors: prompt is too long: 1 tokens > 0 maximum")
	f.Add(424, "", "")
	f.Fuzz(func(t *testing.T, status int, code, message string) {
		if kind := bedrock.ErrorOf(status, code, message); !slices.Contains(providers.Kinds(), kind) {
			t.Errorf("kind %q", kind)
		}
	})
}

func FuzzBlock(f *testing.F) {
	f.Add([]byte(`{"text":"hi"}`))
	f.Add([]byte(`{"citationsContent":{"content":[{"text":"a"}],"citations":[{"location":{"web":{"url":"u"}}}]}}`))
	f.Add([]byte(`{"toolUse":{"toolUseId":"t","name":"n","input":{"a":[1.5,null]},"type":"server_tool_use"}}`))
	f.Add([]byte(`{"toolResult":{"toolUseId":"t","content":[{"json":{"a":"\u003c"}},{"video":{"format":"mp4","source":{"bytes":"AA=="}}}]}}`))
	f.Add([]byte(`]}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		first, err := bedrock.BlockAgain(raw)
		if err != nil {
			return
		}
		second, err := bedrock.BlockAgain(first)
		if err != nil || string(second) != string(first) {
			t.Errorf("%s became %s, then %s (%v)", raw, first, second, err)
		}
	})
}
