package pricing

import (
	"math"
	"math/bits"
	"time"

	"github.com/llmotel/sdk/providers"
)

// price is one price, ready to use.
type price struct {
	id, currency string
	tier         tier
	from         time.Time // zero: always
	list         bool      // a built-in one, which gives way to the user's
	source, note string
	levels       []level // by ascending input; the first begins at 0
	regions      []regional
}

// level is the rates from some input on.
type level struct {
	from  int64 // the least input that is priced so
	rates rates
}

// rates are Amounts per token, all classes filled in. Of a class that is not
// known nobody knows what it costs.
type rates struct {
	of      [classCount]Amount
	known   [classCount]bool
	guessed [classCount]bool // filled in, while it is usually dearer
}

// regional is what a price is multiplied with where data stays in a region.
type regional struct {
	name, id string
	factor   int64 // in thousandths
}

// fill gives classes without a rate that of the class behind them.
func (r *rates) fill() {
	behind := func(c Class, others ...Class) {
		for _, o := range others {
			if !r.known[c] && r.known[o] {
				r.of[c], r.known[c] = r.of[o], true
			}
		}
	}
	for _, c := range []Class{ClassAudioInput, ClassAudioOutput, ClassImageOutput} {
		r.guessed[c] = !r.known[c]
	}
	behind(ClassAudioCacheRead, ClassCacheRead, ClassAudioInput)
	behind(ClassImageCacheRead, ClassCacheRead, ClassImageInput)
	for _, c := range []Class{ClassCacheRead, ClassCacheWrite, ClassAudioInput, ClassImageInput} {
		behind(c, ClassInput)
	}
	behind(ClassCacheWrite1h, ClassCacheWrite)
	behind(ClassAudioCacheRead, ClassInput)
	behind(ClassImageCacheRead, ClassInput)
	for _, c := range []Class{ClassReasoning, ClassAudioOutput, ClassImageOutput} {
		behind(c, ClassOutput)
	}
}

// free reports whether nothing between two classes costs anything.
func (p *price) free(first, last Class) bool {
	for i := range p.levels {
		for c := first; c <= last; c++ {
			if r := &p.levels[i].rates; !r.known[c] || r.of[c] > 0 {
				return false
			}
		}
	}
	return true
}

// at returns the rates for a call with this much input: the whole call is priced
// at those of the highest level that it reaches.
func (p *price) at(input int64) *rates {
	l := len(p.levels) - 1
	for l > 0 && input < p.levels[l].from {
		l--
	}
	return &p.levels[l].rates
}

// cost prices a valid usage; ok is false if no Amount can hold it. partial is
// true if something was used or not told that this price cannot tell.
func (p *price) cost(u *providers.Usage, factor int64, b *Breakdown) (sum Amount, partial, ok bool) {
	var n [classCount]int64
	input := split(u, &n)
	r := p.at(input)
	for c, tokens := range n {
		if tokens == 0 {
			continue
		}
		if !r.known[c] {
			partial = true
			continue
		}
		rate := r.of[c]
		partial = partial || r.guessed[c] && rate > 0
		if factor != 1000 {
			rate = rate * Amount(factor) / 1000 // exact: checked when it was read
		}
		high, low := bits.Mul64(uint64(tokens), uint64(rate)) //nolint:gosec // neither is negative
		if high > 0 || low > math.MaxInt64 || overflows(sum, Amount(low)) {
			*b = Breakdown{}
			return 0, false, false
		}
		b[c] = Amount(low)
		sum += Amount(low)
	}
	partial = partial ||
		!u.Has(providers.ClassInput) && !p.free(ClassInput, ClassImageCacheRead) ||
		!u.Has(providers.ClassOutput) && !p.free(ClassOutput, ClassImageOutput)
	return sum, partial, true
}

// split puts every token of a valid usage into one class and returns the whole
// input. Where a total is unknown, what is known of its parts is priced; where
// parts contradict their total, the total wins.
func split(u *providers.Usage, n *[classCount]int64) (input int64) {
	take := func(c Class, want, left int64) int64 {
		n[c] = max(min(want, left), 0)
		return left - n[c]
	}
	cached := u.CacheRead + u.CacheWrite
	audio, image := u.AudioInput-u.AudioCacheRead, u.ImageInput-u.ImageCacheRead
	input = max(u.Input, cached)
	if !u.Has(providers.ClassInput) {
		input = cached + max(audio, 0) + max(image, 0)
	}
	fresh := take(ClassAudioInput, audio, input-cached)
	fresh = take(ClassImageInput, image, fresh)
	n[ClassInput] = fresh
	read := take(ClassAudioCacheRead, u.AudioCacheRead, u.CacheRead)
	read = take(ClassImageCacheRead, u.ImageCacheRead, read)
	n[ClassCacheRead] = read
	n[ClassCacheWrite], n[ClassCacheWrite1h] = u.CacheWrite-u.CacheWrite1h, u.CacheWrite1h

	output := u.Output
	if !u.Has(providers.ClassOutput) {
		output = u.Reasoning + u.AudioOutput + u.ImageOutput
	}
	output = take(ClassReasoning, u.Reasoning, output)
	output = take(ClassAudioOutput, u.AudioOutput, output)
	n[ClassOutput] = take(ClassImageOutput, u.ImageOutput, output)
	return input
}
