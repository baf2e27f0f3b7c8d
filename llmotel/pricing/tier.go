package pricing

import "strings"

// tier is a service tier that has prices of its own.
type tier uint8

const (
	standard tier = iota
	batch
	flex
	priority
	fast
	tierCount
)

var tierNames = [tierCount]string{"standard", "batch", "flex", "priority", "fast"}

func (t tier) String() string { return tierNames[t] }

// tierWords are the vendors' names: OpenAI's, Anthropic's, Bedrock's, and Vertex
// AI's traffic types. Tiers that are not paid by the token, such as reserved or
// provisioned capacity, are none of them.
var tierWords = map[string]tier{
	"": standard, "auto": standard, "default": standard, "standard": standard, "standard_only": standard, "on_demand": standard,
	"batch": batch, "batches": batch,
	"flex": flex, "on_demand_flex": flex,
	"priority": priority, "on_demand_priority": priority,
	"fast": fast,
}

// tierOf returns the tier behind a vendor's word, and false for one that no
// rates are known for.
func tierOf(word string) (tier, bool) {
	switch word {
	case "", "default", "standard":
		return standard, true
	case "priority":
		return priority, true
	}
	if t, ok := tierWords[word]; ok {
		return t, true
	}
	for known, t := range tierWords {
		if strings.EqualFold(known, word) {
			return t, true
		}
	}
	return standard, false
}

// next is the tier whose rates hold where t has none. OpenAI takes "fast" for
// the name of its priority tier; at Anthropic it is a speed, with rates of its own.
func (t tier) next() tier {
	if t == fast {
		return priority
	}
	return standard
}
