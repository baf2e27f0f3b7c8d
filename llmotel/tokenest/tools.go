package tokenest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// perTools is what stands around tool definitions in a prompt, as recorded calls
// of gpt-4o-mini have it.
const perTools = 24

// keywords are those of schemas. OpenAI shows functions to its models in a
// language like TypeScript, in which a few signs stand for them.
var keywords = map[string]bool{
	"type": true, "function": true, "name": true, "description": true, "parameters": true, "properties": true, "required": true, "object": true,
	"strict": true, "additionalProperties": true, "items": true, "enum": true, "input_schema": true, "$schema": true, "title": true,
}

// toolText returns what of a tool's definition, or a part of it, reaches the
// model: names, descriptions and types, without the words of the schema.
func toolText(text string) string {
	if !strings.HasPrefix(text, "{") {
		return text
	}
	var words []string
	last := ""
	for dec := json.NewDecoder(bytes.NewReader([]byte(text))); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(words, " ")
		}
		if err != nil {
			return text
		}
		word, ok := token.(string)
		if ok && !keywords[word] && word != last { // a required property is named again
			words = append(words, word)
			last = word
		}
	}
}
