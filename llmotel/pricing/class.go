package pricing

import "iter"

// Class is a kind of tokens that can have a rate of its own. Every token of a
// call belongs to one class.
type Class uint8

// The classes. A class without a rate costs what the one behind it costs. Where
// those are audio or images made, which cost more wherever a price is known, the
// cost is Partial.
const (
	ClassInput          Class = iota // fresh input without a class of its own
	ClassCacheRead                   // ClassInput
	ClassCacheWrite                  // for the default time, 5 minutes at Anthropic; ClassInput
	ClassCacheWrite1h                // ClassCacheWrite
	ClassAudioInput                  // ClassInput
	ClassImageInput                  // ClassInput
	ClassAudioCacheRead              // ClassCacheRead, without that ClassAudioInput
	ClassImageCacheRead              // ClassCacheRead, without that ClassImageInput
	ClassOutput                      // output without a class of its own
	ClassReasoning                   // ClassOutput
	ClassAudioOutput                 // ClassOutput
	ClassImageOutput                 // ClassOutput
	classCount
)

var classNames = [classCount]string{
	"input", "cache_read", "cache_write", "cache_write_1h", "audio_input", "image_input", "audio_cache_read", "image_cache_read",
	"output", "reasoning", "audio_output", "image_output",
}

// String returns the name used in price files, such as "cache_read".
func (c Class) String() string {
	if c < classCount {
		return classNames[c]
	}
	return "unknown"
}

func classOf(name string) (Class, bool) {
	for i, n := range classNames {
		if n == name {
			return Class(i), true
		}
	}
	return 0, false
}

// Breakdown is what the tokens of each class cost. It adds up exactly to the
// amount of its Cost.
type Breakdown [classCount]Amount

// All yields the classes that cost something.
func (b Breakdown) All() iter.Seq2[Class, Amount] {
	return func(yield func(Class, Amount) bool) {
		for i, a := range b {
			if a != 0 && !yield(Class(i), a) {
				return
			}
		}
	}
}

// Sum returns the amount of all classes.
func (b Breakdown) Sum() (sum Amount) {
	for _, a := range b {
		sum += a
	}
	return sum
}
