package providers

import "fmt"

// Completeness says how far a Usage can be trusted.
type Completeness uint8

// The degrees of completeness, worst first: the zero Usage is missing.
const (
	// UsageMissing: the provider reported nothing. All counts are unknown.
	UsageMissing Completeness = iota
	// UsageEstimated: counted by us, not by the provider.
	UsageEstimated
	// UsagePartial: reported, but the call ended before the final figures.
	UsagePartial
	// UsageReported: the provider's final figures.
	UsageReported
)

// String returns the name used in telemetry.
func (c Completeness) String() string {
	switch c {
	case UsageReported:
		return "reported"
	case UsagePartial:
		return "partial"
	case UsageEstimated:
		return "estimated"
	default:
		return "missing"
	}
}

// TokenClass names a count of the ledger that not every provider reports.
type TokenClass uint16

// The token classes; a set of them is their bitwise or.
const (
	ClassInput TokenClass = 1 << iota
	ClassOutput
	ClassCacheRead
	ClassCacheWrite
	ClassReasoning
	ClassTextInput
	ClassTextOutput
	ClassTextCacheRead
	ClassAudioInput
	ClassAudioOutput
	ClassAudioCacheRead
	ClassImageInput
	ClassImageOutput
	ClassImageCacheRead
)

// Usage is the ledger of one call's tokens. Totals and subsets mean the same
// for every vendor, as the GenAI semantic conventions define them: input
// includes what was read from and written to the prompt cache, output includes
// reasoning. Adapters convert.
//
// A count that is 0 and not in Reported is unknown; Get and Has tell that from a
// reported zero, so that nobody takes an unknown for a zero.
type Usage struct {
	// Completeness says how far the counts can be trusted.
	Completeness Completeness
	// Reported is the set of classes that the provider reported, zeros
	// included.
	Reported TokenClass

	// Input and Output are the totals.
	Input, Output int64

	// CacheRead is the part of Input that came from the prompt cache,
	// CacheWrite the part that was written to it.
	CacheRead, CacheWrite int64
	// CacheWrite1h is the part of CacheWrite kept for an hour, which is
	// priced apart; the rest is kept for the provider's default time.
	CacheWrite1h int64
	// Reasoning is the part of Output that was thinking.
	Reasoning int64

	// Totals by modality, and the part of each that came from the cache.
	TextInput, TextOutput, TextCacheRead    int64
	AudioInput, AudioOutput, AudioCacheRead int64
	ImageInput, ImageOutput, ImageCacheRead int64
}

// Has reports whether all classes of the set are known.
func (u *Usage) Has(set TokenClass) bool {
	for missing := set &^ u.Reported; missing != 0; missing &= missing - 1 {
		if p := u.count(missing & -missing); p == nil || *p == 0 {
			return false
		}
	}
	return true
}

// Total is input plus output tokens.
func (u *Usage) Total() int64 { return u.Input + u.Output }

// FreshInput is the part of Input that was neither read from nor written to
// the cache; 0 if Input is unknown.
func (u *Usage) FreshInput() int64 { return max(u.Input-u.CacheRead-u.CacheWrite, 0) }

// Add returns the ledger of two calls together. The sum is as complete as the
// less complete of the two, and at best partial if one of them is missing: a sum
// over calls begins with the first of them, not with the zero Usage. Two missing
// ledgers are missing together.
//
// What either call reported is Reported, so a class that only one of them has
// counts that one alone.
func (u Usage) Add(v Usage) Usage {
	for class := ClassInput; class <= ClassImageCacheRead; class <<= 1 {
		*u.count(class) += *v.count(class)
	}
	u.CacheWrite1h += v.CacheWrite1h
	u.Reported |= v.Reported
	low, high := min(u.Completeness, v.Completeness), max(u.Completeness, v.Completeness)
	if low == UsageMissing {
		low = min(high, UsagePartial)
	}
	u.Completeness = low
	return u
}

// Set stores the count of one class and marks it as reported.
func (u *Usage) Set(class TokenClass, n int64) {
	if p := u.count(class); p != nil {
		*p = n
		u.Reported |= class
	}
}

// Get returns the count of one class and whether it is known.
func (u *Usage) Get(class TokenClass) (int64, bool) {
	p := u.count(class)
	if p == nil || *p == 0 && u.Reported&class == 0 {
		return 0, false
	}
	return *p, true
}

func (u *Usage) count(class TokenClass) *int64 {
	switch class {
	case ClassInput:
		return &u.Input
	case ClassOutput:
		return &u.Output
	case ClassCacheRead:
		return &u.CacheRead
	case ClassCacheWrite:
		return &u.CacheWrite
	case ClassReasoning:
		return &u.Reasoning
	case ClassTextInput:
		return &u.TextInput
	case ClassTextOutput:
		return &u.TextOutput
	case ClassTextCacheRead:
		return &u.TextCacheRead
	case ClassAudioInput:
		return &u.AudioInput
	case ClassAudioOutput:
		return &u.AudioOutput
	case ClassAudioCacheRead:
		return &u.AudioCacheRead
	case ClassImageInput:
		return &u.ImageInput
	case ClassImageOutput:
		return &u.ImageOutput
	case ClassImageCacheRead:
		return &u.ImageCacheRead
	}
	return nil
}

// maxTokens is more than any call can use; a larger count is a wire error. What
// it costs at the highest list price still fits a 64-bit amount.
const maxTokens = 1 << 33

// Validate reports counts that cannot be: negative or absurd ones, and subsets
// larger than their total, where the total is known: a stream that broke may
// have told only what came from the cache. Whoever reads counts off a wire
// calls it before recording them.
func (u *Usage) Validate() error {
	// One test for all counts, since this stands on the path of every call.
	all := u.Input | u.Output | u.CacheRead | u.CacheWrite | u.Reasoning |
		u.TextInput | u.TextOutput | u.TextCacheRead | u.AudioInput | u.AudioOutput | u.AudioCacheRead |
		u.ImageInput | u.ImageOutput | u.ImageCacheRead
	if all < 0 || all > maxTokens {
		for class := ClassInput; class <= ClassImageCacheRead; class <<= 1 {
			if n := *u.count(class); n < 0 || n > maxTokens {
				return fmt.Errorf("providers: usage class %#x has the impossible count %d", uint16(class), n)
			}
		}
	}
	switch {
	case u.Has(ClassInput) && u.CacheRead+u.CacheWrite > u.Input:
		return fmt.Errorf("providers: usage: cache read %d + cache write %d exceed input %d", u.CacheRead, u.CacheWrite, u.Input)
	case u.CacheWrite1h < 0 || u.CacheWrite1h > u.CacheWrite:
		return fmt.Errorf("providers: usage: one-hour cache write %d exceeds cache write %d", u.CacheWrite1h, u.CacheWrite)
	case u.Has(ClassOutput) && u.Reasoning > u.Output:
		return fmt.Errorf("providers: usage: reasoning %d exceeds output %d", u.Reasoning, u.Output)
	}
	return nil
}
