package gemini_test

import (
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
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
			[]string{`{"promptTokenCount":17,"candidatesTokenCount":220,"totalTokenCount":237}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 17, Output: 220},
		},
		"thinking is output, results of tools are input": {
			[]string{`{"promptTokenCount":10,"toolUsePromptTokenCount":5,"candidatesTokenCount":20,"thoughtsTokenCount":7,"totalTokenCount":42}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 15, Output: 27, Reasoning: 7},
		},
		"thinking alone": {
			[]string{`{"promptTokenCount":5,"thoughtsTokenCount":4,"totalTokenCount":9}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 5, Output: 4, Reasoning: 4},
		},
		"no output, and the total says so": {
			[]string{`{"promptTokenCount":5,"totalTokenCount":5}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 5},
		},
		"output unknown": {
			[]string{`{"promptTokenCount":5}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: providers.ClassInput, Input: 5},
		},
		"cached is part of the prompt": {
			[]string{`{"promptTokenCount":100,"cachedContentTokenCount":80,"candidatesTokenCount":1}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassCacheRead, Input: 100, CacheRead: 80, Output: 1},
		},
		"cached stands beside the prompt": {
			[]string{`{"promptTokenCount":10,"cachedContentTokenCount":80,"candidatesTokenCount":1,` +
				`"promptTokensDetails":[{"modality":"TEXT","tokenCount":10}],"cacheTokensDetails":[{"modality":"TEXT","tokenCount":80}]}`},
			providers.Usage{
				Completeness: providers.UsageReported,
				Reported:     both | providers.ClassCacheRead | providers.ClassTextInput | providers.ClassTextCacheRead,
				Input:        90, CacheRead: 80, Output: 1, TextInput: 90, TextCacheRead: 80,
			},
		},
		"modalities": {
			[]string{`{"promptTokenCount":60,"toolUsePromptTokenCount":1,"candidatesTokenCount":30,"thoughtsTokenCount":4,` +
				`"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},{"modality":"IMAGE","tokenCount":20},{"modality":"AUDIO","tokenCount":25},{"modality":"VIDEO","tokenCount":5}],` +
				`"toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":1}],` +
				`"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":25},{"modality":4,"tokenCount":5}]}`},
			providers.Usage{
				Completeness: providers.UsageReported,
				Reported: both | providers.ClassReasoning | providers.ClassTextInput | providers.ClassImageInput | providers.ClassAudioInput |
					providers.ClassTextOutput | providers.ClassImageOutput | providers.ClassAudioOutput,
				Input: 61, Output: 34, Reasoning: 4, TextInput: 11, ImageInput: 20, AudioInput: 25,
				TextOutput: 4, ImageOutput: 25, AudioOutput: 5,
			},
		},
		"later replaces": {
			[]string{`{"promptTokenCount":18,"candidatesTokenCount":31,"thoughtsTokenCount":35}`, `{"promptTokenCount":18,"candidatesTokenCount":79}`, `{"candidatesTokenCount":80}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both | providers.ClassReasoning, Input: 18, Output: 115, Reasoning: 35},
		},
		"odd fields": {
			[]string{`{"promptTokenCount":"many","toolUsePromptTokenCount":2,"candidatesTokenCount":3,"promptTokensDetails":"none"}`},
			providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 2, Output: 3},
		},
		"negative": {[]string{`{"promptTokenCount":3,"candidatesTokenCount":-5}`}, providers.Usage{}},
		"absurd":   {[]string{`{"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":9223372036854775807}`}, providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := gemini.Ledger(c.raw...); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func FuzzUsage(f *testing.F) {
	f.Add(`{"promptTokenCount":100,"cachedContentTokenCount":180,"candidatesTokenCount":1}`, `{"thoughtsTokenCount":33}`)
	f.Add(`{"promptTokenCount":1,"promptTokensDetails":[{"modality":"TEXT","tokenCount":4}]}`, `{"promptTokensDetails":[]}`)
	f.Add(`{"promptTokenCount":1099511627776,"cacheTokensDetails":[{"modality":1,"tokenCount":-4}]}`, `{"totalTokenCount":1}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		u := gemini.Ledger(first, second)
		if err := u.Validate(); err != nil {
			t.Error(err)
		}
		if u.Completeness == providers.UsageMissing && u != (providers.Usage{}) {
			t.Errorf("missing usage has counts: %+v", u)
		}
	})
}
