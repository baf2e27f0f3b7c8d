package bedrock

import "strings"

// family is a model's maker and its name there, as far as the id tells. Zero for
// ids that do not, such as ARNs of application profiles and provisioned models.
type family struct{ maker, name string }

// The makers whose models have fields of their own here.
const (
	amazon    = "amazon"
	anthropic = "anthropic"
	cohere    = "cohere"
	mistral   = "mistral"
	openai    = "openai"
)

// familyOf reads "anthropic.claude-...", "us.anthropic.claude-..." and ARNs that
// end in such an id.
func familyOf(model string) family {
	if strings.HasPrefix(model, "arn:") {
		model = model[strings.LastIndexByte(model, '/')+1:]
	}
	maker, name, ok := strings.Cut(model, ".")
	for ; ok; maker, name, ok = strings.Cut(name, ".") {
		switch maker {
		case amazon, anthropic, cohere, mistral, openai:
			return family{maker, name}
		}
	}
	return family{}
}

func (f family) is(maker, prefix string) bool {
	return f.maker == maker && strings.HasPrefix(f.name, prefix)
}
