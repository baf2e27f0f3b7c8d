package tokenest

import "strings"

type encoding uint8

const (
	unknown encoding = iota
	o200k
	cl100k
)

// families are the beginnings of OpenAI's model names, longer ones before
// shorter ones. Those of gpt-oss have the same tokens for texts.
var families = []struct {
	prefix string
	encoding
}{
	{"gpt-4o", o200k},
	{"gpt-4.1", o200k},
	{"gpt-4.5", o200k},
	{"gpt-5", o200k},
	{"gpt-oss", o200k},
	{"gpt-realtime", o200k},
	{"gpt-audio", o200k},
	{"chatgpt-4o", o200k},
	{"o1", o200k},
	{"o3", o200k},
	{"o4", o200k},
	{"gpt-4", cl100k},
	{"gpt-3.5", cl100k},
	{"gpt-35", cl100k},
	{"text-embedding-", cl100k},
}

// encodingOf returns the encoding of a model of OpenAI, under its own name, a
// fine-tuned one or one in a path.
func encodingOf(model string) encoding {
	model = model[strings.LastIndexByte(model, '/')+1:]
	model = strings.TrimPrefix(model, "ft:")
	model = strings.TrimPrefix(model, "openai.") // Bedrock
	for _, f := range families {
		if strings.HasPrefix(model, f.prefix) {
			return f.encoding
		}
	}
	return unknown
}
