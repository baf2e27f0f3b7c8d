package redact

import "slices"

// prefixes are the words that begin a credential, with the byte behind them, and
// how many bytes follow at least. Where that is few, the prefix alone says
// enough; elsewhere a digit must be among them, or no - or _, since names begin
// like that too.
var prefixes = []prefix{
	{"sk", "-ant-", 8},
	{"sk", "-proj-", 8},
	{"sk", "-or-", 8},
	{"sk", "-", 16}, // OpenAI, DeepSeek and others
	{"sk", "_live_", 8},
	{"sk", "_test_", 8},
	{"rk", "_live_", 8}, // Stripe
	{"xai", "-", 16},
	{"gsk", "_", 16}, // Groq
	{"pplx", "-", 16},
	{"nvapi", "-", 16},
	{"hf", "_", 16},
	{"r8", "_", 16}, // Replicate
	{"ya29", ".", 16},
	{"ghp", "_", 16},
	{"gho", "_", 16},
	{"ghu", "_", 16},
	{"ghs", "_", 16},
	{"ghr", "_", 16},
	{"github", "_pat_", 16},
	{"glpat", "-", 16},
	{"npm", "_", 16},
	{"xoxa", "-", 8},
	{"xoxb", "-", 8},
	{"xoxe", "-", 8},
	{"xoxp", "-", 8},
	{"xoxr", "-", 8},
	{"xoxs", "-", 8},
	{"xapp", "-", 8}, // Slack
	{"xoxe", ".", 16},
	{"pk", "-lf-", 8},
	{"sk", "-lf-", 8},  // Langfuse
	{"lsv2", "_", 16},  // LangSmith
	{"whsec", "_", 16}, // webhooks of OpenAI, Stripe and others
	{"csk", "-", 16},   // Cerebras
	{"tgp", "_v1_", 16},
	{"tvly", "-", 16}, // Tavily
	{"pcsk", "_", 16}, // Pinecone
	{"jina", "_", 16},
	{"bedrock", "-api-key-", 16},
	{"GOCSPX", "-", 16},
	{"SG", ".", 16},  // SendGrid
	{"hvs", ".", 16}, // Vault
	{"pypi", "-AgEIcHlwaS5vcmc", 8},
	{"dop", "_v1_", 16},
	{"dckr", "_pat_", 16},
	{"shpat", "_", 16},
	{"shpss", "_", 16},
	{"glsa", "_", 16},
	{"lin", "_api_", 16},
	{"ntn", "_", 16},
}

// longestWord is that of prefixes.
const longestWord = len("bedrock")

type prefix struct {
	word, rest string
	least      int
}

// prefixesBy has the prefixes by the first letter.
var prefixesBy = func() (by [256][]prefix) {
	for _, p := range prefixes {
		by[p.word[0]] = append(by[p.word[0]], p)
	}
	return by
}()

// prefixed finds the credential whose prefix has the - or _ or . at i, and PEM
// blocks.
func prefixed(t []byte, from, i int) (start, end int, mask string) {
	if i+1 >= len(t) || !isToken(t[i+1]) {
		return 0, 0, ""
	}
	if t[i+1] == '-' && has(t, i, "-----BEGIN ") {
		return pem(t, i)
	}
	start = i
	for start > from && i-start <= longestWord && isAlnum(t[start-1]) {
		start--
	}
	inside := start > from && isToken(t[start-1])
	if start < i && start > from && t[start-1] == '\\' {
		start++ // an escape, as \n
	}
	word := t[start:i]
	if inside || len(word) < 2 || len(word) > longestWord {
		return 0, 0, ""
	}
	for _, p := range prefixesBy[word[0]] {
		if string(word) != p.word || !has(t, i, p.rest) {
			continue
		}
		body := i + len(p.rest)
		end = run(t, body, isToken)
		if t[i] == '.' {
			end = run(t, body, func(c byte) bool { return isToken(c) || c == '.' })
			for t[end-1] == '.' {
				end--
			}
		}
		if end-body >= p.least && (p.least < 16 || isRandom(t[body:end])) {
			return start, end, key
		}
	}
	return 0, 0, ""
}

// isRandom tells keys from names.
func isRandom(s []byte) bool {
	pieces := 1
	for _, c := range s {
		switch {
		case isDigit(c):
			return true
		case c == '-' || c == '_':
			pieces++
		}
	}
	return pieces == 1 && len(s) >= 20
}

// pem finds a private key from its first line to its last, or to the end of the
// text.
func pem(t []byte, i int) (start, end int, mask string) {
	const longest = 64 // of the first line
	const tail = "PRIVATE KEY"
	line := i + len("-----BEGIN ")
	for line < len(t) && line < i+longest && (isUpper(t[line]) || isDigit(t[line]) || t[line] == ' ') {
		line++
	}
	if title := t[i:line]; !has(t, line, "-----") || !contains(title, tail) {
		return 0, 0, ""
	}
	for end = line + len("-----"); end < len(t); end++ {
		if t[end] != '-' || !has(t, end, "-----END ") {
			continue
		}
		for end += len("-----END "); end < len(t) && (isUpper(t[end]) || isDigit(t[end]) || t[end] == ' '); {
			end++
		}
		return i, run(t, end, func(c byte) bool { return c == '-' }), key
	}
	return i, end, key
}

func contains(t []byte, s string) bool {
	for i := range t {
		if has(t, i, s) {
			return true
		}
	}
	return false
}

// capital finds what hangs on a capital: keys of AWS and Google, JSON Web
// Tokens; and bearer tokens.
func capital(t []byte, from, i int) (start, end int, mask string) {
	if t[i] == 'J' && i-2 >= from && has(t, i-2, "eyJ") && (i-2 == from || !isToken(t[i-3])) {
		return jwt(t, i-2)
	}
	if !starts(t, from, i) {
		if i-1 > from && t[i-2] == '\\' { // an escape, as \n
			return amazonOrGoogle(t, i)
		}
		return 0, 0, ""
	}
	if t[i]|0x20 == 'b' && hasFold(t, i, "bearer ") {
		return bearer(t, i+len("bearer "))
	}
	if t[i] == 'b' || i+1 >= len(t) || !isUpper(t[i+1]) {
		return 0, 0, ""
	}
	return amazonOrGoogle(t, i)
}

func amazonOrGoogle(t []byte, i int) (start, end int, mask string) {
	switch {
	case t[i] != 'A':
	case has(t, i, "AKIA"), has(t, i, "ASIA"):
		if end = run(t, i, func(c byte) bool { return isUpper(c) || isDigit(c) }); end-i >= 20 && ends(t, end) {
			return i, amazonSecret(t, end), key
		}
	case has(t, i, "ABSK"): // of Bedrock
		if end = run(t, i, isCredential); end-i >= 60 {
			return i, end, key
		}
	case has(t, i, "AIza"):
		if end = run(t, i, isToken); end-i >= 30 {
			return i, end, key
		}
	}
	return 0, 0, ""
}

// amazonSecret returns where the secret ends that stands beside the id of an access key
// of AWS, as in the files that it hands out; id if there is none. Alone its shape tells
// nothing.
func amazonSecret(t []byte, id int) int {
	const length, between = 40, 3
	for i := id; i < len(t) && i-id <= between; i++ {
		switch t[i] {
		case ' ', ',', ':', ';', '|', '\t', '\n', '"', '\'':
			continue
		}
		if end := run(t, i, isBase64); i > id && end-i == length {
			return end
		}
		break
	}
	return id
}

func isBase64(c byte) bool { return isAlnum(c) || c == '+' || c == '/' }

// jwt finds the JSON Web Token at i: two parts that are JSON objects, and a
// signature.
func jwt(t []byte, i int) (start, end int, mask string) {
	const least = 10 // bytes of a part
	end = run(t, i, isToken)
	if end-i < least || !has(t, end, ".") {
		return 0, 0, ""
	}
	claims := end + 1
	if end = run(t, claims, isToken); end-claims < least {
		return 0, 0, ""
	}
	if has(t, end, ".") {
		if last := run(t, end+1, isToken); last > end+1 {
			end = last
		}
	}
	return i, end, key
}

// bearer finds the token behind "Bearer ": eight bytes or more with a digit, or
// twenty.
func bearer(t []byte, i int) (start, end int, mask string) {
	for i < len(t) && t[i] == ' ' {
		i++
	}
	end = run(t, i, isCredential)
	for end > i && t[end-1] == '.' {
		end--
	}
	if n := end - i; n < 8 || n < 20 && !hasDigit(t[i:end]) {
		return 0, 0, ""
	}
	return i, end, key
}

// isCredential reports whether c is of the token68 syntax of RFC 9110, or a colon.
func isCredential(c byte) bool {
	return isToken(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == ':'
}

func hasDigit(s []byte) bool { return slices.ContainsFunc(s, isDigit) }
