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
	cut := providers.Usage{Completeness: providers.UsagePartial, CacheRead: 500}
	if err := cut.Validate(); err != nil || cut.FreshInput() != 0 {
		t.Errorf("a cache read without the input: fresh %d, %v", cut.FreshInput(), err)
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

func TestUsageAddCompleteness(t *testing.T) {
	const (
		missing, estimated = providers.UsageMissing, providers.UsageEstimated
		partial, reported  = providers.UsagePartial, providers.UsageReported
	)
	for _, c := range []struct{ a, b, want providers.Completeness }{
		{missing, missing, missing},
		{missing, estimated, estimated},
		{missing, partial, partial},
		{missing, reported, partial},
		{estimated, partial, estimated},
		{partial, reported, partial},
		{reported, reported, reported},
	} {
		a, b := providers.Usage{Completeness: c.a}, providers.Usage{Completeness: c.b}
		if x, y := a.Add(b).Completeness, b.Add(a).Completeness; x != c.want || y != c.want {
			t.Errorf("%v and %v give %v and %v, want %v", c.a, c.b, x, y, c.want)
		}
	}
	got := providers.Usage{}.Add(usage(reported, 3, 0))
	if want := usage(partial, 3, 0); got != want {
		t.Errorf("missing and known give %+v, want %+v", got, want)
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
		{"the most", providers.Usage{Input: 1 << 33, Output: 1 << 33}, true},
		{"absurd", providers.Usage{Input: 1<<33 + 1}, false},
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
