package wire

import "unsafe"

// Size is how much memory an Exchange holds.
const Size = unsafe.Sizeof(Exchange{})

// SharedUntouched reports whether what exchanges share, and only read, still
// says nothing.
func SharedUntouched() bool {
	a := nothingAsked
	return a.Stop == nil && a.Encodings == nil && a.TopK == 0 && a.Seed == 0 && a.Choices == 0 && a.Dimensions == 0 && a.TopP == 0 &&
		a.FrequencyPenalty == 0 && a.PresencePenalty == 0 && a.OutputType+a.ReasoningLevel+a.ServiceTier+
		a.PreviousResponseID+a.ConversationID+a.GuardrailID == "" && noComplaint == complaint{}
}
