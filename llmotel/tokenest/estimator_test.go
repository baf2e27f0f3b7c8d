package tokenest_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/tokenest"
)

func estimator(tb testing.TB, opts ...tokenest.Option) *tokenest.Estimator {
	tb.Helper()
	e, err := tokenest.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// The counts are those that OpenAI's cookbook gives in "How to count tokens with
// tiktoken".
func TestCountsOfTheCookbook(t *testing.T) {
	e := estimator(t)
	for _, c := range []struct {
		text        string
		cl100, o200 int64
	}{
		{"tiktoken is great!", 6, 6},
		{"antidisestablishmentarianism", 6, 6},
		{"2 + 2 = 4", 7, 7},
		{"お誕生日おめでとう", 9, 8},
		{"", 0, 0},
	} {
		for model, want := range map[string]int64{
			"gpt-4": c.cl100, "gpt-3.5-turbo-0125": c.cl100, "gpt-35-turbo": c.cl100,
			"gpt-4o-2024-08-06": c.o200, "gpt-5.2": c.o200, "o3-mini": c.o200, "ft:gpt-4o-mini:acme::x": c.o200, "openai/gpt-oss-120b": c.o200,
			"claude-sonnet-5": c.o200, // stands in
		} {
			in, out, ok := e.EstimateUsage(&llmotel.CallText{Model: model, Output: []string{c.text}})
			if !ok || in != 0 || out != want {
				t.Errorf("%q of %s: %d in, %d out, %v; want %d out", c.text, model, in, out, ok, want)
			}
			if in, out, _ := e.EstimateUsage(&llmotel.CallText{Model: model, Messages: 1, Input: []string{c.text}}); in != want+7 || out != 0 {
				t.Errorf("%q to %s: %d in, want %d and 7", c.text, model, in, want)
			}
		}
	}
}

func TestWithoutApproximation(t *testing.T) {
	e := estimator(t, nil, tokenest.WithoutApproximation())
	for model, want := range map[string]bool{
		"gpt-4o": true, "gpt-4": true, "claude-sonnet-5": false, "gemini-3-pro": false, "mistral-large": false, "": false, "openai.gpt-oss-20b-1:0": true,
	} {
		if _, _, ok := e.EstimateUsage(&llmotel.CallText{Model: model, Output: []string{"yes"}}); ok != want {
			t.Errorf("%q: %v", model, ok)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := tokenest.New(tokenest.WithExactBytes(0)); err == nil {
		t.Error("no bytes at all")
	}
}

// Of long texts a part is counted. The whole has the count that it has without
// a limit, by its own average.
func TestLongTexts(t *testing.T) {
	const sentence = "The quick brown fox jumps over the lazy dog, again and again. "
	long := strings.Repeat(sentence, 20_000) // 1.2 MB
	_, one, _ := estimator(t).EstimateUsage(&llmotel.CallText{Model: "gpt-5", Output: []string{strings.Repeat(sentence, 100)}})
	begun := time.Now()
	_, all, ok := estimator(t).EstimateUsage(&llmotel.CallText{Model: "gpt-5", Output: []string{long[:len(long)/2], long[len(long)/2:]}})
	took := time.Since(begun)
	if want := one * 200; !ok || all < want*98/100 || all > want*102/100 {
		t.Errorf("%d tokens, want %d within 2 %%", all, want)
	}
	t.Logf("%d bytes took %v", len(long), took)
}

// Words without an end, letters of several bytes and what is no UTF-8 take no
// longer than texts, and nothing panics.
func TestOddTexts(t *testing.T) {
	e := estimator(t, tokenest.WithExactBytes(1<<20))
	for name, text := range map[string]string{
		"one word": strings.Repeat("a", 1<<20), "spaces": strings.Repeat(" ", 1<<20), "digits": strings.Repeat("7", 1<<20),
		"letters of three bytes": strings.Repeat("語", 1<<18), "no UTF-8": strings.Repeat("\xff", 1<<18), "base64": strings.Repeat("QUJDREVGR0g", 1<<15),
	} {
		begun := time.Now()
		_, out, ok := e.EstimateUsage(&llmotel.CallText{Model: "gpt-5", Output: []string{text}})
		if !ok || out < 1 || out > int64(len(text)) {
			t.Errorf("%s: %d tokens of %d bytes, %v", name, out, len(text), ok)
		}
		t.Logf("%s: %d bytes, %v", name, len(text), time.Since(begun))
	}
}

func TestEstimatorConcurrentSafe(t *testing.T) {
	e := estimator(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 50 {
				model := [...]string{"gpt-5", "gpt-4"}[i%2]
				if _, out, ok := e.EstimateUsage(&llmotel.CallText{Model: model, Output: []string{"tiktoken is great!"}}); !ok || out != 6 {
					t.Errorf("%s: %d", model, out)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkEstimateUsage(b *testing.B) {
	e := estimator(b)
	text := &llmotel.CallText{
		Model: "gpt-5", Messages: 2, Input: []string{strings.Repeat("Say in a few words what a span is. ", 30)},
		Output: []string{strings.Repeat("A span is a part of a trace. ", 30)},
	}
	b.ReportAllocs()
	for b.Loop() {
		e.EstimateUsage(text)
	}
}
