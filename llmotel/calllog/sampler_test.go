package calllog_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func sampler(t testing.TB, rate float64, opts ...calllog.SamplerOption) *calllog.Sampler {
	t.Helper()
	s, err := calllog.NewSampler(rate, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSamplerKeepsWhatMatters(t *testing.T) {
	s := sampler(t, 1e-6, calllog.KeepSlow(2*time.Second), calllog.KeepDear(5e11), nil)
	priced := func(a pricing.Amount) pricing.Cost { return pricing.Cost{Priced: true, Amount: a} }
	for name, c := range map[string]struct {
		record llmotel.Record
		keep   bool
	}{
		"ordinary":  {llmotel.Record{Visits: make([]llmotel.Visit, 1), Attempts: 2}, false},
		"error":     {llmotel.Record{ErrorKind: providers.KindTimeout}, true},
		"cancelled": {llmotel.Record{ErrorKind: providers.KindCancelled}, true},
		"fallback":  {llmotel.Record{Visits: make([]llmotel.Visit, 2)}, true},
		"skipped":   {llmotel.Record{Visits: make([]llmotel.Visit, 1), Skips: make([]llmotel.Skip, 1)}, true},
		"slow":      {llmotel.Record{Duration: 2 * time.Second}, true},
		"not slow":  {llmotel.Record{Duration: 2*time.Second - 1}, false},
		"dear":      {llmotel.Record{Cost: priced(5e11)}, true},
		"not dear":  {llmotel.Record{Cost: priced(5e11 - 1)}, false},
		"unpriced":  {llmotel.Record{Cost: pricing.Cost{Amount: 5e12}}, false},
	} {
		c.record.CallID = "0197e1a2-8b7c-7def-8123-456789abcdef"
		if weight, keep := s.Keep(&c.record); keep != c.keep || keep && weight != 1 {
			t.Errorf("%s: kept %t with weight %v", name, keep, weight)
		}
	}
	var none *calllog.Sampler
	if weight, keep := none.Keep(&llmotel.Record{}); !keep || weight != 1 {
		t.Error("without a sampler all is kept")
	}
}

func TestSamplerIsChecked(t *testing.T) {
	for _, rate := range []float64{0, -1, 1.1, math.NaN(), math.Inf(1), 1e-9} {
		if _, err := calllog.NewSampler(rate); err == nil {
			t.Errorf("rate %v: no error", rate)
		}
	}
	if _, err := calllog.NewSampler(1, calllog.KeepSlow(-1)); err == nil {
		t.Error("no error for a negative time")
	}
	if _, err := calllog.NewSampler(1, calllog.KeepDear(-1)); err == nil {
		t.Error("no error for a negative amount")
	}
}

// Weighted sums over the kept records come to those over all calls.
func TestWeightsKeepSumsRight(t *testing.T) {
	var b bytes.Buffer
	log := calllog.New(&b, calllog.WithSampler(sampler(t, 0.1)))
	const calls = 40_000
	wantErrors, wantInput := 0, 0.0
	for i := range calls {
		r := plain()
		r.CallID = fmt.Sprintf("0197e1a2-8b7c-7def-8123-%012x", i)
		r.Usage.Set(providers.ClassInput, int64(100+i%50))
		wantInput += float64(100 + i%50)
		if i%200 == 0 {
			r.ErrorKind = providers.KindTimeout
			wantErrors++
		}
		log.Record(t.Context(), r)
	}
	var n, errors, input, lines float64
	for _, e := range readAll(t, calllog.NewReader(&b)) {
		lines++
		n += e.Weight
		input += e.Weight * float64(*e.Input)
		if e.ErrorKind != "" {
			errors += e.Weight
		}
	}
	// 39,800 ordinary calls at 0.1: the standard deviation of their number is 60,
	// that of the sum of weights 600.
	if math.Abs(n-calls) > 4*600 || math.Abs(input/wantInput-1) > 0.06 {
		t.Errorf("weights sum to %v calls and %v tokens, want about %v and %v", n, input, calls, wantInput)
	}
	if errors != float64(wantErrors) {
		t.Errorf("%v errors, want exactly %v", errors, wantErrors)
	}
	if lines > 0.12*calls {
		t.Errorf("%v of %v records were kept", lines, calls)
	}
}
