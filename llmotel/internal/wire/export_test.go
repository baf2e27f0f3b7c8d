package wire

import "unsafe"

// Size is how much memory an Exchange holds.
const Size = unsafe.Sizeof(Exchange{})

// SharedUntouched reports whether what exchanges share, and only read, still
// says nothing.
func SharedUntouched() bool { return noComplaint == complaint{} }

// What requests ask for, each by its name, and 0 or empty if they do not.

func (a *Asked) MaxTokens() int64  { n, _ := a.Int(ParamMaxTokens); return n }
func (a *Asked) TopK() int64       { n, _ := a.Int(ParamTopK); return n }
func (a *Asked) Seed() int64       { n, _ := a.Int(ParamSeed); return n }
func (a *Asked) Choices() int64    { n, _ := a.Int(ParamChoices); return n }
func (a *Asked) Dimensions() int64 { n, _ := a.Int(ParamDimensions); return n }

func (a *Asked) Temperature() float64      { f, _ := a.Float(ParamTemperature); return f }
func (a *Asked) TopP() float64             { f, _ := a.Float(ParamTopP); return f }
func (a *Asked) FrequencyPenalty() float64 { f, _ := a.Float(ParamFrequencyPenalty); return f }
func (a *Asked) PresencePenalty() float64  { f, _ := a.Float(ParamPresencePenalty); return f }

func (a *Asked) OutputType() string         { return a.Text(ParamOutputType) }
func (a *Asked) ReasoningLevel() string     { return a.Text(ParamReasoningLevel) }
func (a *Asked) ServiceTier() string        { return a.Text(ParamServiceTier) }
func (a *Asked) PreviousResponseID() string { return a.Text(ParamPreviousResponse) }
func (a *Asked) ConversationID() string     { return a.Text(ParamConversation) }
func (a *Asked) GuardrailID() string        { return a.Text(ParamGuardrail) }

// Has reports whether the request gives an option.
func (a *Asked) Has(p Param) bool { _, ok := a.options.get(p); return ok }
