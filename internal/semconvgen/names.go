package main

import "strings"

// words are the parts of names that Go spells in a way of its own, or whose
// owner does.
var words = map[string]string{
	"ai":       "AI",
	"api":      "API",
	"aws":      "AWS",
	"deepseek": "DeepSeek",
	"gcp":      "GCP",
	"http":     "HTTP",
	"ibm":      "IBM",
	"id":       "ID",
	"json":     "JSON",
	"openai":   "OpenAI",
	"uri":      "URI",
	"x":        "X",
}

// identifier turns a dotted name into an exported Go identifier. It leaves out
// the prefix "gen_ai.", which all names of the package would share.
func identifier(name string) string {
	name = strings.TrimPrefix(name, "gen_ai.")
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '_' }) {
		if spelled, ok := words[word]; ok {
			b.WriteString(spelled)
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
