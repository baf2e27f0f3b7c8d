package providers

import (
	"strings"
	"unicode"
)

// maxID bounds ids, codes and names, in bytes.
const maxID = 100

// CleanID bounds a vendor's id or error code to what error texts, spans, metrics
// and logs may hold. What is no id becomes "": more than 100 bytes, white space,
// control characters or a question mark, as in a sentence or a URL with a query,
// or what looks like a credential. In what remains each character other than
// ASCII letters, digits and -_.:/@+ becomes an underscore.
//
// Some services and gateways put their message, and so the caller's key or
// prompt, where the code belongs. Adapters keep ids and codes as they came, and
// whoever shows them cleans them.
func CleanID(s string) string {
	if len(s) > maxID {
		return ""
	}
	for _, r := range s {
		if r < 0x80 && safeByte(byte(r)) { //nolint:gosec // ASCII fits a byte
			continue
		}
		if r == '?' || unicode.IsSpace(r) || unicode.IsControl(r) {
			return ""
		}
	}
	s = safe(s)
	if holdsKey(s) {
		return ""
	}
	return s
}

// safe bounds a name that goes into an error text: at most 100 bytes, and each
// character that is not of a name becomes an underscore.
func safe(s string) string {
	if len(s) > maxID {
		s = s[:maxID]
	}
	for i := range len(s) {
		if !safeByte(s[i]) {
			return strings.Map(func(r rune) rune {
				if r < 0x80 && safeByte(byte(r)) { //nolint:gosec // ASCII fits a byte
					return r
				}
				return '_'
			}, s)
		}
	}
	return s
}

func safeByte(c byte) bool {
	switch c {
	case '-', '_', '.', ':', '/', '@', '+':
		return true
	}
	return isAlphanumeric(c)
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// keyMarks begin credentials: of OpenAI, Anthropic and Stripe, Google, AWS,
// Groq, xAI, Hugging Face, GitHub, Slack and Langfuse, and of a JSON Web Token.
var keyMarks = []string{
	"sk-", "sk_", "AIza", "AKIA", "ASIA", "gsk_", "xai-", "hf_", "ghp_", "github_pat_", "xoxb-", "xoxp-", "pk-lf-", "eyJ",
	"Bearer", "bearer", "BEARER",
}

// holdsKey reports whether a word of s looks like a credential: one of the marks
// and at least eight more characters, one of which is a digit unless the mark is
// a secret key's. Codes such as "bearer_token_missing" have none.
func holdsKey(s string) bool {
	const least = 8
	for i := 0; i+least < len(s); i++ {
		if i > 0 && isAlphanumeric(s[i-1]) || strings.IndexByte("sAghxpeBb", s[i]) < 0 {
			continue // no word begins here, or none with the letter of a mark
		}
		for _, mark := range keyMarks {
			rest, ok := strings.CutPrefix(s[i:], mark)
			if ok && len(rest) >= least && (mark == "sk-" || strings.ContainsAny(rest, "0123456789")) {
				return true
			}
		}
	}
	return false
}
