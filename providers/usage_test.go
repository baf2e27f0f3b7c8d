package providers_test

import (
	"testing"

	"github.com/llmotel/sdk/providers"
)

var classes = []providers.TokenClass{
	providers.ClassInput, providers.ClassOutput, providers.ClassCacheRead, providers.ClassCacheWrite, providers.ClassReasoning,
	providers.ClassTextInput, providers.ClassTextOutput, providers.ClassTextCacheRead,
	providers.ClassAudioInput, providers.ClassAudioOutput, providers.ClassAudioCacheRead,
	providers.ClassImageInput, providers.ClassImageOutput, providers.ClassImageCacheRead,
}

func TestUsageKnowsZeroFromUnknown(t *testing.T) {
	for i, class := range classes {
		var u providers.Usage
		if n, ok := u.Get(class); ok || n != 0 || u.Has(class) {
			t.Errorf("class %d of the zero usage is known: %d", i, n)
		}
		u.Set(class, 0)
		if n, ok := u.Get(class); !ok || n != 0 || !u.Has(class) {
			t.Errorf("class %d: a reported zero is unknown", i)
		}
		u.Set(class, 5)
		for j, other := range classes {
			if n, ok := u.Get(other); ok != (i == j) || ok && n != 5 {
				t.Errorf("setting class %d gave class %d = %d, %v", i, j, n, ok)
			}
		}
	}
	var u providers.Usage
	u.Set(0, 9)
	u.Set(providers.ClassInput|providers.ClassOutput, 9)
	if u != (providers.Usage{}) {
		t.Errorf("setting what is no class changed %+v", u)
	}
	if _, ok := u.Get(1 << 15); ok {
		t.Error("an unknown class is known")
	}
	u.Input = 3
	if !u.Has(providers.ClassInput) || u.Has(providers.ClassInput|providers.ClassOutput) {
		t.Error("a count that is not zero is known without a mark; the other is not")
	}
}

func TestUsageSums(t *testing.T) {
	u := providers.Usage{Input: 100, CacheRead: 30, CacheWrite: 20, Output: 7}
	if u.Total() != 107 || u.FreshInput() != 50 {
		t.Errorf("total %d, fresh %d", u.Total(), u.FreshInput())
	}
	a := usage(providers.UsageReported, 10, 20)
	b := usage(providers.UsagePartial, 1, 2)
	b.CacheWrite, b.CacheWrite1h = 1, 1
	sum := a.Add(b)
	want := usage(providers.UsagePartial, 11, 22)
	want.CacheWrite, want.CacheWrite1h = 1, 1
	if sum != want || a != usage(providers.UsageReported, 10, 20) {
		t.Errorf("sum %+v, want %+v", sum, want)
	}
}

func TestUsageValidate(t *testing.T) {
	cases := []struct {
		name string
		u    providers.Usage
		ok   bool
	}{
		{"zero", providers.Usage{}, true},
		{"whole", providers.Usage{Input: 10, CacheRead: 4, CacheWrite: 6, CacheWrite1h: 6, Output: 5, Reasoning: 5}, true},
		{"subset of an unknown total", providers.Usage{CacheRead: 4, Reasoning: 3}, true},
		{"negative", providers.Usage{AudioOutput: -1}, false},
		{"absurd", providers.Usage{Input: 1 << 41}, false},
		{"cache beyond input", providers.Usage{Input: 10, CacheRead: 6, CacheWrite: 5}, false},
		{"reasoning beyond output", providers.Usage{Output: 4, Reasoning: 5}, false},
		{"an hour beyond the writes", providers.Usage{CacheWrite1h: 1}, false},
		{"negative hour", providers.Usage{CacheWrite1h: -1}, false},
		{"reasoning beyond a reported zero", providers.Usage{Reported: providers.ClassOutput, Reasoning: 1}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.u.Validate(); (err == nil) != c.ok {
				t.Errorf("%+v: %v", c.u, err)
			}
		})
	}
}

func TestCompletenessNames(t *testing.T) {
	want := map[providers.Completeness]string{
		providers.UsageMissing: "missing", providers.UsageEstimated: "estimated",
		providers.UsagePartial: "partial", providers.UsageReported: "reported",
	}
	for c, name := range want {
		if c.String() != name {
			t.Errorf("%d is %q, want %q", c, c, name)
		}
	}
}
