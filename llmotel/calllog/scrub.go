package calllog

import "strings"

// secretMarks begin what looks like a credential: the usual prefixes of keys,
// and what stands before one. Lower case; they are found in any case.
var secretMarks = []string{
	"sk-", "sk_", "pk-lf-", "aiza", "akia", "gsk_", "xai-", "hf_", "ghp_", "github_pat_", "xoxb-", "xoxp-", "eyj",
	"bearer ", "basic ", "api_key=", "api-key=", "apikey=", "x-api-key:", "x-goog-api-key:", "api-key:", "authorization:", "key=", "token=",
}

const (
	redacted = "[redacted]"
	// minSecret is the length from which a run of characters after a mark is
	// taken for a credential.
	minSecret = 8
)

// scrub replaces what looks like a credential. Messages hold none by design;
// this is the last line of defence for what a provider of somebody else's
// puts into them.
func scrub(s string) string {
	if len(s) > 4*maxString {
		s = s[:4*maxString]
	}
	lower := asciiLower(s)
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		end := secretAt(lower, i)
		if end == 0 {
			i++
			continue
		}
		out.WriteString(s[done:i])
		out.WriteString(redacted)
		i, done = end, end
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// asciiLower keeps the length, so that offsets are those of s.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// secretAt returns the end of the credential that begins at i, 0 if none does.
func secretAt(s string, i int) int {
	if i > 0 && wordByte(s[i-1]) {
		return 0
	}
	for _, mark := range secretMarks {
		if !strings.HasPrefix(s[i:], mark) {
			continue
		}
		start := i + len(mark)
		for start < len(s) && (s[start] == ' ' || s[start] == '"' || s[start] == '\'') {
			start++
		}
		end := start
		for end < len(s) && secretByte(s[end]) {
			end++
		}
		if end-start < minSecret {
			continue
		}
		return end
	}
	return 0
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}

func secretByte(c byte) bool {
	return wordByte(c) || strings.IndexByte("-_.~+/=*", c) >= 0
}
