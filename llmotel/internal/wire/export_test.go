package wire

import "unsafe"

// Size is how much memory an Exchange holds.
const Size = unsafe.Sizeof(Exchange{})

// SharedUntouched reports whether what exchanges share, and only read, still
// says nothing.
func SharedUntouched() bool { return noComplaint == complaint{} }

// What requests ask for, each by its name, and 0 or empty if they do not.

func (a *Asked) MaxTokens() int64  { n, _ := a.Option(ParamMaxTokens).Int(); return n }
func (a *Asked) TopK() int64       { n, _ := a.Option(ParamTopK).Int(); return n }
func (a *Asked) Seed() int64       { n, _ := a.Option(ParamSeed).Int(); return n }
func (a *Asked) Choices() int64    { n, _ := a.Option(ParamChoices).Int(); return n }
func (a *Asked) Dimensions() int64 { n, _ := a.Option(ParamDimensions).Int(); return n }

func (a *Asked) Temperature() float64      { f, _ := a.Option(ParamTemperature).Float(); return f }
func (a *Asked) TopP() float64             { f, _ := a.Option(ParamTopP).Float(); return f }
func (a *Asked) FrequencyPenalty() float64 { f, _ := a.Option(ParamFrequencyPenalty).Float(); return f }

func (a *Asked) PresencePenalty() float64 { f, _ := a.Option(ParamPresencePenalty).Float(); return f }

func (a *Asked) Stop() []string      { return a.texts(ParamStop) }
func (a *Asked) Encodings() []string { return a.texts(ParamEncoding) }

func (a *Asked) texts(want Param) (all []string) {
	for p, o := range a.Options {
		if p == want {
			all = append(all, o.String())
		}
	}
	return all
}

func (a *Asked) OutputType() string         { return a.Option(ParamOutputType).String() }
func (a *Asked) ReasoningLevel() string     { return a.Option(ParamReasoningLevel).String() }
func (a *Asked) ServiceTier() string        { return a.Option(ParamServiceTier).String() }
func (a *Asked) PreviousResponseID() string { return a.Option(ParamPreviousResponse).String() }
func (a *Asked) ConversationID() string     { return a.Option(ParamConversation).String() }
func (a *Asked) GuardrailID() string        { return a.Option(ParamGuardrail).String() }

// Has reports whether the request gives an option.
func (a *Asked) Has(p Param) bool { return a.Option(p) != nil }

// OptionsHeld is how much memory the options have.
func (a *Asked) OptionsHeld() int { return cap(a.options) }
